import { describe, expect, it } from "vitest";
import { ReplayableBody } from "../../../worker/ingress/replay.ts";

const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

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
    const body = new ReplayableBody(client(["one ", "two ", "three"]).body, undefined);
    expect(await text(body.stream())).toBe("one two three");
    expect(body.replayable).toBe(true);
    expect(await text(body.stream())).toBe("one two three");
  });

  it("goes on where a failed try left off, with nothing lost or twice", async () => {
    const body = new ReplayableBody(client(["one ", "two ", "three"]).body, undefined);
    const first = body.stream().getReader();
    await first.read();
    const unfinished = first.read();
    const second = text(body.stream());
    await unfinished;
    await first.cancel();
    expect(await second).toBe("one two three");
  });

  it("streams: it asks the client for no more than is taken from it", async () => {
    const { body, state } = client(Array.from({ length: 1_000 }, () => "x"));
    const reader = new ReplayableBody(body, undefined).stream().getReader();
    await reader.read();
    expect(state.sent).toBeLessThanOrEqual(3);
  });

  it("cannot be sent again once more was taken than is kept, and keeps nothing then", async () => {
    const { body, state } = client(Array.from({ length: 5 }, () => "x".repeat(20_000)));
    const replayable = new ReplayableBody(body, undefined);
    const stream = replayable.stream();
    const reader = stream.getReader();
    for (let i = 0; i < 4; i++) await reader.read();
    expect(replayable.replayable).toBe(false);
    await reader.cancel();
    expect(state.cancelled).toBe(true);
  });

  it("announces the length that the client announced", async () => {
    const body = new ReplayableBody(client(["one ", "two"]).body, 7);
    expect(await text(body.stream())).toBe("one two");
    await expect(text(new ReplayableBody(client(["too much"]).body, 7).stream())).rejects.toThrow(TypeError);
  });
});
