import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endToEndFields, valuesOf } from "../../../embedded-edge/http/fields.ts";

const nothing = () => false;

describe("end-to-end fields", () => {
  it.each([
    ["keeps order, case and repetitions", ["B", "1", "a", "2", "B", "3"], ["B", "1", "a", "2", "B", "3"]],
    [
      "drops the fields of the connection",
      ["Connection", "close", "keep-alive", "timeout=5", "A", "1"],
      ["A", "1"],
    ],
    ["drops what frames the message", ["Transfer-Encoding", "chunked", "TE", "trailers", "Trailer", "X"], []],
    [
      "drops an upgrade",
      ["Upgrade", "h2c", "HTTP2-Settings", "x", "Connection", "Upgrade, HTTP2-Settings"],
      [],
    ],
    [
      "drops what Connection names, in any case",
      ["Connection", "X-Hop", "x-hop", "1", "x-end", "2"],
      ["x-end", "2"],
    ],
    ["drops what a second Connection names", ["Connection", "a", "Connection", "b", "A", "1", "B", "2"], []],
    [
      "keeps Host and length even when named",
      ["Connection", "host, content-length", "Host", "h", "Content-Length", "3"],
      ["Host", "h", "Content-Length", "3"],
    ],
  ])("%s", (_, raw, expected) => {
    expect(endToEndFields(raw, nothing)).toEqual(expected);
  });

  it("never lets a dropped name through, and keeps all others of a message without Connection", () => {
    const name = fc.constantFrom("a", "B", "lintel-x", "Lintel-Secret", "Upgrade", "c");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
        const kept = endToEndFields(pairs.flat(), (lower) => lower.startsWith("lintel-"));
        expect(kept).toEqual(pairs.filter(([n]) => !/^(?:lintel-|upgrade$)/i.test(n)).flat());
      }),
    );
  });
});

it("finds every value of a field", () => {
  expect(valuesOf(["Cookie", "a", "x", "y", "cookie", "b"], "cookie")).toEqual(["a", "b"]);
});
