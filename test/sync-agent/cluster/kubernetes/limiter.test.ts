import { expect, test } from "vitest";
import { createLimiter } from "../../../../sync-agent/cluster/kubernetes/limiter.ts";

test("so many run at once, the others in their turn, also after failures", async () => {
  const limiter = createLimiter(2);
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const begun: number[] = [];
  const runs = gates.map(({ promise }, index) =>
    limiter.run(() => {
      begun.push(index);
      return promise;
    }),
  );
  const outcomes = Promise.allSettled(runs);
  expect(begun).toEqual([0, 1]);
  gates[1]?.reject(new Error("no"));
  await expect(runs[1]).rejects.toThrow("no");
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const [index, { resolve }] of gates.entries()) resolve(index);
  expect((await outcomes).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await limiter.run(() => Promise.resolve("again"))).toBe("again");
});
