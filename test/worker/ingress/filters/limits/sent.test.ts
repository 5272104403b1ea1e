import { expect, it, test } from "vitest";
import { untilSent } from "../../../../../worker/ingress/filters/limits/sent.ts";

const GET = new Request("http://a.test/");

/** The response, whether it is over, and what it does behind itself. */
function watch(response: Response, request: Request = GET) {
  const background: Promise<unknown>[] = [];
  const state = { ended: 0, background, response };
  state.response = untilSent(
    response,
    request,
    (work) => void background.push(work),
    () => void state.ended++,
  );
  return state;
}

const bytes = (text: string) => new TextEncoder().encode(text);

it("is over with its last byte", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const state = watch(new Response(readable, { status: 201, headers: { "x-a": "1" } }));
  expect([state.response.status, state.response.headers.get("x-a")]).toEqual([201, "1"]);
  const reader = state.response.body?.getReader();
  const writer = writable.getWriter();
  for (const piece of ["one", "two"]) {
    void writer.write(bytes(piece));
    expect((await reader?.read())?.value).toEqual(bytes(piece));
  }
  expect(state.ended).toBe(0);
  void writer.close();
  expect((await reader?.read())?.done).toBe(true);
  await Promise.all(state.background);
  expect(state.ended).toBe(1);
});

it("is over when its client wants no more, and then the Service is told", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes("x")),
    cancel() {
      cancelled = true;
    },
  });
  const state = watch(new Response(endless));
  const reader = state.response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await Promise.all(state.background);
  expect([state.ended, cancelled]).toEqual([1, true]);
});

it("is over when its client has gone, even where nothing is sent", async () => {
  const client = new AbortController();
  const silent = new ReadableStream<Uint8Array>();
  const state = watch(new Response(silent), new Request(GET, { signal: client.signal }));
  client.abort();
  await Promise.all(state.background);
  expect(state.ended).toBe(1);
});

it("is over when the Service breaks off, and does not look whole", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: () => Promise.reject(new Error("the pod has gone")),
  });
  const state = watch(new Response(broken));
  await expect(state.response.text()).rejects.toThrow();
  await Promise.all(state.background);
  expect(state.ended).toBe(1);
});

test.each([
  ["without a body", GET, new Response(null, { status: 204 })],
  [
    "to HEAD",
    new Request(GET, { method: "HEAD" }),
    new Response(null, { headers: { "content-length": "5" } }),
  ],
])("is over at once %s", (_, request, response) => {
  const state = watch(response, request);
  expect([state.ended, state.response]).toEqual([1, response]);
});

it("has the length that was announced", async () => {
  const state = watch(new Response("whole", { headers: { "content-length": "5" } }));
  expect(state.response.headers.get("content-length")).toBe("5");
  expect(await state.response.text()).toBe("whole");
});
