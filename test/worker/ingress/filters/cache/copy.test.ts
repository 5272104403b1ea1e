import { describe, expect, it } from "vitest";
import { copied, MOST_KEPT } from "../../../../../worker/ingress/filters/cache/copy.ts";

const MIB = 1024 * 1024;

/** A body of so many MiB that says how much of it was taken. */
function bodyOf(mebibytes: number) {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken === mebibytes) controller.close();
        else controller.enqueue(new Uint8Array(MIB).fill(++taken));
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => taken };
}

const both = (body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}) => {
  const found = copied(new Response(body, { headers }));
  if (!found?.copy) throw new Error("there is no copy");
  return { response: found.response, copy: found.copy };
};

const sizeOf = async (body: ReadableStream<Uint8Array>) =>
  (await new Response(body).arrayBuffer()).byteLength;

describe("a body whose length nobody knows", () => {
  it("goes to the client and to the cache alike", async () => {
    const { response, copy } = both(bodyOf(3).body);
    const [client, cache] = await Promise.all([response.arrayBuffer(), new Response(copy).arrayBuffer()]);
    expect(client.byteLength).toBe(3 * MIB);
    expect(new Uint8Array(cache)).toEqual(new Uint8Array(client));
  });

  it("is taken no faster than the client takes it", async () => {
    const { body, taken } = bodyOf(8);
    const { response, copy } = both(body);
    const reading = sizeOf(copy);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect(taken()).toBeLessThanOrEqual(3);
    for (;;) if ((await reader.read()).done) break;
    expect(await reading).toBe(8 * MIB);
  });

  it("is the client's alone once it is too large", async () => {
    const mebibytes = MOST_KEPT / MIB + 2;
    const { response, copy } = both(bodyOf(mebibytes).body);
    const failure = sizeOf(copy).catch((error: unknown) => String(error));
    expect((await response.arrayBuffer()).byteLength).toBe(mebibytes * MIB);
    expect(await failure).toContain("larger than");
  });

  it("is not kept by halves when the client goes away", async () => {
    const { response, copy } = both(bodyOf(5).body);
    const failure = sizeOf(copy).catch((error: unknown) => String(error));
    await response.body?.cancel();
    expect(await failure).toContain("went away");
  });

  it("goes on to the client when the cache does not want it", async () => {
    const { response, copy } = both(bodyOf(3).body);
    await copy.cancel();
    expect((await response.arrayBuffer()).byteLength).toBe(3 * MIB);
  });
});

it("a body that is announced to be too large is not copied", () => {
  const { body } = bodyOf(1);
  expect(
    copied(new Response(body, { headers: { "content-length": String(MOST_KEPT + 1) } })),
  ).toBeUndefined();
});

it("a body of a known length goes to both", async () => {
  const { response, copy } = both(bodyOf(1).body, { "content-length": String(MIB) });
  expect(
    await Promise.all([sizeOf(copy), response.arrayBuffer().then(({ byteLength }) => byteLength)]),
  ).toEqual([MIB, MIB]);
});
