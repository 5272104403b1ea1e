import { describe, expect, it, test } from "vitest";
import * as zod from "zod";
import { definitionOf } from "../../contract/schema.ts";
import * as z from "../../contract/schema.ts";

/** The real one. */
const realOf = (schema: object): object => (schema as z.core.$ZodType)._zod.def;

describe("a schema that is put off", () => {
  test.each<[string, object]>([
    ["string", z.string()],
    ["boolean", z.boolean()],
    ["unknown", z.unknown()],
    ["int", z.int()],
    ["base64", z.base64()],
    ["url", z.url()],
    ["literal", z.literal("a")],
    ["literals", z.literal(["a", 1])],
    ["minimum", z.minimum(1)],
    ["maximum", z.maximum(1)],
    ["minLength", z.minLength(1)],
    ["maxLength", z.maxLength(1)],
    ["regex", z.regex(/a/)],
    ["startsWith", z.startsWith("a")],
  ])("says of %s what zod says", (_, schema) => {
    expect(realOf(schema)).toMatchObject(definitionOf(schema) as object);
  });

  it("says which values an enum has, as zod does", () => {
    const schema = z.enum(["a", "b"]);
    expect(definitionOf(schema)).toMatchObject({ type: "enum", entries: ["a", "b"] });
    expect(realOf(schema)).toMatchObject({ type: "enum", entries: { a: "a", b: "b" } });
  });

  it("names its parts, as zod does", () => {
    const part = z.string();
    for (const schema of [
      z.optional(part),
      z.array(part),
      z.record(part, part),
      z.union([part, z.int()]),
      z.strictObject({ part }),
    ]) {
      const { catchall, ...definition } = definitionOf(schema) as { catchall?: object };
      const real = realOf(schema) as { catchall?: object };
      expect(real).toMatchObject(definition);
      expect(catchall && definitionOf(catchall)).toEqual(
        real.catchall && { type: (definitionOf(real.catchall) as { type: string }).type },
      );
    }
  });

  it("takes what zod takes, and refuses with its words", () => {
    const schema = z.strictObject({
      kind: z.enum(["a", "b"]),
      sizes: z.array(z.int().check(z.minimum(1), z.maximum(9))),
      name: z.optional(z.string().check(z.refine((text) => text !== "x", "must not be x"))),
    });
    const good = { kind: "a", sizes: [1, 9], name: "y" };
    expect(schema.parse(good)).toEqual(good);
    expect(schema.safeParse({ ...good, name: "x" }).error?.issues).toMatchObject([
      { path: ["name"], message: "must not be x" },
    ]);
    expect(schema.safeParse({ ...good, sizes: [0, 10] }).error?.issues).toMatchObject([
      { path: ["sizes", 0], code: "too_small", message: "Too small: expected number to be >=1" },
      { path: ["sizes", 1], code: "too_big" },
    ]);
    expect(schema.safeParse({ ...good, more: 1 }).success).toBe(false);
  });

  it("may be part of a schema of zod's", () => {
    const schema = zod.object({
      name: zod
        .string()
        .trim()
        .pipe(z.string().check(z.minLength(1))),
    });
    expect(schema.parse({ name: " a " })).toEqual({ name: "a" });
    expect(schema.safeParse({ name: " " }).success).toBe(false);
  });

  it("chooses among the parts of a union by what tells them apart", () => {
    const schema = z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("number"), value: z.int() }),
      z.strictObject({ kind: z.literal("text"), value: z.string() }),
    ]);
    expect(schema.parse({ kind: "text", value: "1" })).toEqual({ kind: "text", value: "1" });
    expect(schema.safeParse({ kind: "text", value: 1 }).error?.issues).toMatchObject([{ path: ["value"] }]);
  });

  it("has what else zod's schemas have", () => {
    expect(z.enum(["a", "b"]).options).toEqual(["a", "b"]);
    const part = z.string();
    expect(z.strictObject({ part }).shape.part).toBe(part);
  });

  it("leaves the one alone that checks are put on", () => {
    const plain = z.string();
    const checked = plain.check(z.minLength(1)).check(z.maxLength(2));
    expect(["", "a", "abc"].map((text) => checked.safeParse(text).success)).toEqual([false, true, false]);
    expect(plain.safeParse("").success).toBe(true);
  });
});
