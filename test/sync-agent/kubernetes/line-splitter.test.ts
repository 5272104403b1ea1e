import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLineSplitter, LineTooLongError } from "../../../sync-agent/kubernetes/line-splitter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("lines of a stream", () => {
  test.each<[string, string[], string[], string]>([
    ["one line in one piece", ["a\n"], ["a"], ""],
    ["a line in several pieces", ["a", "b", "c\n"], ["abc"], ""],
    ["several lines in one piece", ["a\nb\n"], ["a", "b"], ""],
    ["a line without an end", ["a\nb"], ["a"], "b"],
    ["empty lines", ["\n\na\n\n"], ["a"], ""],
    ["carriage returns", ["a\r\nb\r\n"], ["a", "b"], ""],
    ["nothing", [], [], ""],
  ])("%s", (_, pieces, lines, rest) => {
    const splitter = createLineSplitter(100);
    expect(pieces.flatMap((piece) => splitter.push(bytes(piece)))).toEqual(lines);
    expect(splitter.rest()).toBe(rest);
  });

  test("are the same however the stream is cut, within characters too", () => {
    const line = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\s$|\n/.test(text));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(400)), (lines, cuts) => {
        const whole = bytes(lines.map((text) => `${text}\n`).join(""));
        const places = [0, ...cuts.filter((cut) => cut < whole.length), whole.length].toSorted(
          (a, b) => a - b,
        );
        const splitter = createLineSplitter(1_000_000);
        const got = places.flatMap((place, index) =>
          splitter.push(whole.subarray(place, places[index + 1] ?? place)),
        );
        expect(got).toEqual(lines);
      }),
    );
  });

  test("a line may be as long as the limit, and no longer", () => {
    const splitter = createLineSplitter(4);
    expect(splitter.push(bytes("abcd\n"))).toEqual(["abcd"]);
    splitter.push(bytes("ab"));
    expect(() => splitter.push(bytes("cde"))).toThrow(LineTooLongError);
  });

  test("a long line in small pieces takes no time to speak of", () => {
    const splitter = createLineSplitter(64 * 1024 * 1024);
    const piece = new Uint8Array(64).fill(0x61);
    const began = performance.now();
    for (let i = 0; i < 200_000; i++) splitter.push(piece);
    expect(splitter.push(bytes("\n"))[0]).toHaveLength(64 * 200_000);
    // Were the beginning copied with every piece, it would be minutes.
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
