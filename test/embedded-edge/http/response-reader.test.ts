import fc from "fast-check";
import { expect, it } from "vitest";
import { ResponseFormatError, ResponseReader } from "../../../embedded-edge/http/response-reader.ts";

interface Read {
  readonly status: number;
  readonly message: string;
  readonly fields: readonly string[];
  readonly body: string;
  readonly complete: boolean;
  readonly kept: boolean;
}

function read(pieces: readonly string[], { method = "GET", ends = false } = {}): Read {
  let head = { status: 0, message: "", fields: [] as readonly string[] };
  let body = "";
  const reader = new ResponseReader(method, {
    head: (status, message, fields) => (head = { status, message, fields }),
    body: (octets) => (body += octets.toString("latin1")),
  });
  for (const piece of pieces) reader.push(Buffer.from(piece, "latin1"));
  if (ends) reader.end();
  return { ...head, body, complete: reader.complete, kept: reader.keepsConnection };
}

const CHUNKED =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nX-A:  b \r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n";

const RESPONSES: readonly (readonly [string, string, Partial<Read>, Parameters<typeof read>[1]?])[] = [
  [
    "a length",
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
    { status: 200, message: "OK", body: "hi", kept: true },
  ],
  ["no content", "HTTP/1.1 204 No Content\r\n\r\n", { status: 204, body: "", complete: true }],
  [
    "a length of zero",
    "HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n",
    { message: "", complete: true, kept: true },
  ],
  [
    "not modified, with the length of what was not sent",
    "HTTP/1.1 304 N\r\ncontent-length: 9\r\n\r\n",
    { complete: true },
  ],
  [
    "chunks",
    `${CHUNKED}\r\n`,
    { fields: ["Transfer-Encoding", "Chunked", "X-A", "b"], body: "abc0123456789" },
  ],
  ["trailers, left out", `${CHUNKED}x-sum: 1\r\n\r\n`, { body: "abc0123456789", complete: true }],
  [
    "HEAD, with a length",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
    { complete: true },
    { method: "HEAD" },
  ],
  [
    "HEAD, in chunks",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    { complete: true },
    { method: "HEAD" },
  ],
  [
    "interim responses first",
    "HTTP/1.1 103 E\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
    { status: 200, body: "x" },
  ],
  ["up to the end", "HTTP/1.1 200 OK\r\n\r\nall of it", { body: "all of it", kept: false }, { ends: true }],
  [
    "Connection: close",
    "HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 0\r\n\r\n",
    { kept: false },
  ],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", { kept: false }],
  [
    "octets beyond ASCII",
    "HTTP/1.1 200 OK\r\nx: \xe9\r\ncontent-length: 1\r\n\r\n\xff",
    { fields: ["x", "\xe9", "content-length", "1"], body: "\xff" },
  ],
];

const CASES = RESPONSES.map(([what, text, expected, options]) => ({ what, text, expected, options }));

it.each(CASES)("reads $what", ({ text, expected, options }) => {
  expect(read([text], options)).toMatchObject({ complete: true, ...expected });
});

it("reads responses the same in pieces of any size", () => {
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...CASES), cuts, ({ text, options }, cuts) => {
      const at = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
      expect(read(pieces, options)).toEqual(read([text], options));
    }),
    { numRuns: 200 },
  );
});

const OK = "HTTP/1.1 200 OK\r\n";
it.each([
  ["no status line", "SSH-2.0-x\r\n\r\n"],
  ["a version of its own", "HTTP/2.0 200 OK\r\n\r\n"],
  ["another protocol, unasked", "HTTP/1.1 101 S\r\nupgrade: x\r\n\r\n"],
  ["a folded field", `${OK}x: a\r\n b\r\n\r\n`],
  ["a space before the colon", `${OK}content-length : 1\r\n\r\nx`],
  ["a lone line feed", `${OK}x: a\ny: b\r\n\r\n`],
  ["two lengths", `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nx`],
  ["a signed length", `${OK}content-length: +1\r\n\r\nx`],
  ["a length and chunks", `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ["another coding", `${OK}transfer-encoding: gzip, chunked\r\n\r\n`],
  ["a malformed chunk", `${OK}transfer-encoding: chunked\r\n\r\n0x1\r\n`],
  ["a chunk longer than its size", `${OK}transfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
  ["more than the response", `${OK}content-length: 1\r\n\r\nxHTTP`],
  ["a head without end", `${OK}x: ${"a".repeat(140_000)}`],
  ["trailers without end", `${OK}transfer-encoding: chunked\r\n\r\n0\r\n${"x: y\r\n".repeat(4_000)}`],
])("refuses %s", (_, text) => {
  expect(() => read([text])).toThrow(ResponseFormatError);
});

it.each([
  ["its head", OK],
  ["its body", `${OK}content-length: 2\r\n\r\nx`],
  ["its chunks", `${OK}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n`],
])("takes an end within %s for no end", (_, text) => {
  expect(() => read([text], { ends: true })).toThrow(ResponseFormatError);
});
