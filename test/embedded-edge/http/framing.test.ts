import { describe, expect, it } from "vitest";
import { framingFields, requestFraming } from "../../../embedded-edge/http/framing.ts";

describe("the framing of a request", () => {
  it.each([
    ["nothing", [], "none"],
    ["a length", ["Content-Length", "12"], 12],
    ["a length of zero", ["content-length", "0"], "none"],
    ["chunks", ["Transfer-Encoding", "Chunked"], "chunked"],
    ["another coding", ["Transfer-Encoding", "gzip, chunked"], undefined],
    ["two codings", ["Transfer-Encoding", "gzip", "Transfer-Encoding", "chunked"], undefined],
  ] as const)("is read from %s", (_, raw, expected) => {
    expect(requestFraming(raw)).toBe(expected);
  });
});

describe("the fields of a framing", () => {
  it.each([
    ["chunked", "POST", ["Transfer-Encoding", "chunked"]],
    [5, "PUT", ["Content-Length", "5"]],
    ["none", "POST", ["Content-Length", "0"]],
    ["none", "GET", []],
    ["none", "DELETE", []],
  ] as const)("%s %s", (framing, method, expected) => {
    expect(framingFields(framing, method)).toEqual(expected);
  });
});
