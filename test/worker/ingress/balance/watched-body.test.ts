import { expect, it } from "vitest";
import { Load } from "../../../../worker/ingress/balance/load.ts";
import { watched } from "../../../../worker/ingress/balance/watched-body.ts";

it("counts a response until its body has passed, and keeps its length", async () => {
  const load = new Load();
  const response = watched(new Response("whole", { headers: { "content-length": "5" } }), load.begin(0));
  expect(load.count(0)).toBe(1);
  expect(await response.text()).toBe("whole");
  expect(load.count(0)).toBe(0);
});

it("counts a response until its client goes away", async () => {
  const load = new Load();
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(10));
    },
  });
  const reader = watched(new Response(endless), load.begin(0)).body?.getReader();
  await reader?.read();
  expect(load.count(0)).toBe(1);
  await reader?.cancel();
  expect(load.count(0)).toBe(0);
});

it("does not count a response without a body", () => {
  const load = new Load();
  watched(new Response(null, { status: 204 }), load.begin(0));
  expect(load.count(0)).toBe(0);
});
