import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameReader, framed } from "../../../dns-stub/listen/frames.ts";

it("messages come out as they went in, however the stream is cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(framed));
      const reader = new FrameReader();
      const received: number[][] = [];
      let at = 0;
      for (let i = 0; at < stream.length; i++) {
        const next = at + (cuts[i % cuts.length] ?? 1);
        for (const message of reader.read(stream.subarray(at, next))) received.push([...message]);
        at = next;
      }
      expect(received).toEqual(sent.map((message) => [...message]));
    }),
  );
});

it("the longest message has its length before it", () => {
  const frame = framed(new Uint8Array(65_535));
  expect([frame[0], frame[1], frame.length]).toEqual([0xff, 0xff, 65_537]);
});
