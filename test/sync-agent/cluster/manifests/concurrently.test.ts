import { expect, test } from "vitest";
import { concurrently } from "../../../../sync-agent/cluster/manifests/concurrently.ts";

test("every item is mapped, in order, with some at a time but never many", async () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  let open = 0;
  let most = 0;
  const results = await concurrently(items, async (item) => {
    open += 1;
    most = Math.max(most, open);
    await new Promise(setImmediate);
    open -= 1;
    return item * 2;
  });
  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(16);
});

test("a failure rejects the whole", async () => {
  const failing = concurrently([1, 2, 3], async (item) => {
    if (item === 2) throw new Error("two");
  });
  await expect(failing).rejects.toThrow("two");
});
