import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  fromBase64,
  generateSealingKey,
  IntegrityError,
  loadSealer,
  MalformedError,
  toBase64,
} from "../../contract/index.ts";

describe("a sealer", () => {
  it("opens what it sealed, for the same purpose", async () => {
    const sealer = await loadSealer(generateSealingKey());
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string({ unit: "binary" }), async (purpose, text) => {
        expect(await sealer.open(purpose, await sealer.seal(purpose, text))).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it("seals the same text to the same bytes, so that an unchanged certificate changes no shard", async () => {
    const key = toBase64(new Uint8Array(32).fill(7));
    const sealed = await (await loadSealer(key)).seal("a.test", "secret");
    expect(await (await loadSealer(key)).seal("a.test", "secret")).toBe(sealed);
    expect(sealed).toMatchInlineSnapshot(`"QTig3Qeb1rfcj34AnIGaD/zfGR8zYKHHaDrYhusbyFTi2A=="`);
    expect(await (await loadSealer(key)).seal("b.test", "secret")).not.toBe(sealed);
  });

  it("opens nothing that was sealed with another key or for another purpose, or was changed", async () => {
    const sealer = await loadSealer(generateSealingKey());
    const sealed = await sealer.seal("a.test", "secret");
    await expect(sealer.open("b.test", sealed)).rejects.toThrow(IntegrityError);
    await expect((await loadSealer(generateSealingKey())).open("a.test", sealed)).rejects.toThrow(
      IntegrityError,
    );
    const bytes = fromBase64(sealed) ?? expect.fail();
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ 1);
      await expect(sealer.open("a.test", toBase64(changed))).rejects.toThrow(IntegrityError);
    }
  });

  test.each([[""], ["AAAA"], ["!"]])("refuses a key that is not 32 bytes: %j", async (key) => {
    await expect(loadSealer(key)).rejects.toThrow(MalformedError);
  });
});
