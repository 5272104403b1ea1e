import { describe, expect, it } from "vitest";
import { ReplayableBody, ReplayRoom } from "../../../worker/ingress/replay.ts";

const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

const replayableOf = (body: ReadableStream<Uint8Array>, length?: number, room = new ReplayRoom()) =>
  new ReplayableBody(body, length, room);

/** A client that sends chunk by chunk; `sent` counts those that were asked for. */
function client(chunks: readonly string[]) {
  const state = { sent: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[state.sent];
        if (chunk === undefined) return controller.close();
        state.sent++;
        controller.enqueue(new TextEncoder().encode(chunk));
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state };
}

describe("a replayable body", () => {
  it("gives the whole body, and again from its start", async () => {
    const body = replayableOf(client(["one ", "two ", "three"]).body);
    expect(await text(body.stream())).toBe("one two three");
    expect(body.replayable).toBe(true);
    expect(await text(body.stream())).toBe("one two three");
  });

  it("goes on where a failed try left off, with nothing lost or twice", async () => {
    const body = replayableOf(client(["one ", "two ", "three"]).body);
    const first = body.stream().getReader();
    await first.read();
    const unfinished = first.read();
    const second = text(body.stream());
    await expect(unfinished).rejects.toThrow("another try");
    expect(await second).toBe("one two three");
  });

  it("streams: it asks the client for no more than is taken from it", async () => {
    const { body, state } = client(Array.from({ length: 1_000 }, () => "x"));
    const reader = replayableOf(body).stream().getReader();
    await reader.read();
    expect(state.sent).toBeLessThanOrEqual(3);
  });

  it("cannot be sent again once more was taken than is kept, and keeps nothing then", async () => {
    const { body, state } = client(Array.from({ length: 5 }, () => "x".repeat(2_000_000)));
    const room = new ReplayRoom(5_000_000);
    const replayable = replayableOf(body, undefined, room);
    const reader = replayable.stream().getReader();
    for (let i = 0; i < 4; i++) await reader.read();
    expect([replayable.replayable, room.take(5_000_000)]).toEqual([false, true]);
    await reader.cancel();
    expect(state.cancelled).toBe(true);
  });

  it("keeps little of bodies for which there is no room, and something of each", async () => {
    const room = new ReplayRoom(100_000);
    const take = async (bytes: number) => {
      const replayable = replayableOf(
        client(["x".repeat(bytes / 2), "x".repeat(bytes / 2)]).body,
        bytes,
        room,
      );
      await text(replayable.stream());
      return replayable;
    };
    const [first, second, third] = [await take(150_000), await take(150_000), await take(60_000)];
    expect([first, second, third].map(({ replayable }) => replayable)).toEqual([true, false, true]);
    first.settle();
    expect((await take(150_000)).replayable).toBe(true);
  });

  it("gives its try what that has not had yet after it was settled, and takes no room any more", async () => {
    const room = new ReplayRoom(1_000_000);
    const body = replayableOf(
      client(Array.from({ length: 10 }, () => "x".repeat(100_000))).body,
      undefined,
      room,
    );
    const first = body.stream().getReader();
    for (let i = 0; i < 5; i++) await first.read();
    const second = body.stream();
    body.settle();
    expect([body.replayable, room.take(1_000_000)]).toEqual([false, true]);
    expect((await text(second)).length).toBe(1_000_000);
  });

  it("announces the length that the client announced", async () => {
    const body = replayableOf(client(["one ", "two"]).body, 7);
    expect(await text(body.stream())).toBe("one two");
    await expect(text(replayableOf(client(["too much"]).body, 7).stream())).rejects.toThrow(TypeError);
  });
});
