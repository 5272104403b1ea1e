import { once } from "node:events";
import { duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import { tunnel } from "../../../embedded-edge/http/tunnel.ts";
import { readText, readUntil } from "../support/http.ts";

function tunnelled(fromA = "", fromB = "") {
  const [outerA, a] = duplexPair();
  const [outerB, b] = duplexPair();
  for (const stream of [outerA, outerB, a, b]) stream.on("error", () => undefined);
  tunnel(a, b, { fromA: Buffer.from(fromA), fromB: Buffer.from(fromB) });
  return { a, b, outerA, outerB };
}

describe("a tunnel", () => {
  it("passes what had been sent, and then all else, both ways", async () => {
    const { outerA, outerB } = tunnelled("early a ", "early b ");
    outerA.write("later a");
    outerB.write("later b");
    expect(await readUntil(outerB, "later a")).toBe("early a later a");
    expect(await readUntil(outerA, "later b")).toBe("early b later b");
  });

  it("lets the one end finish when the other has ended", async () => {
    const { outerA, outerB } = tunnelled();
    outerA.end("last words");
    expect(await readText(outerB)).toBe("last words");
    outerB.end("reply");
    expect(await readText(outerA)).toBe("reply");
  });

  it("breaks on one side when it breaks on the other", async () => {
    const { a, b } = tunnelled();
    const closed = once(b, "close");
    a.destroy(new Error("broken"));
    await closed;
    expect(b.destroyed).toBe(true);
  });

  it("is none with a side that is gone already", () => {
    const [, a] = duplexPair();
    const [, b] = duplexPair();
    a.destroy();
    tunnel(a, b, { fromA: Buffer.alloc(0), fromB: Buffer.from("x") });
    expect(b.destroyed).toBe(true);
  });
});
