import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeSection, type HostRecord } from "../../../contract/index.ts";
import { SectionEncoder } from "../../../sync-agent/publish/section-encoder.ts";

const host = (text: string): HostRecord => ({
  routes: [{ ingress: "shop/web", match: { path: { type: "PathPrefix", value: `/${text}` } }, backends: [] }],
});

/** Of about 8 KiB, so that a handful of records is more than one shard. */
const long = (text: string) => host(text.repeat(8000));

it("gives what a full encoding gives, whatever changed before", async () => {
  const text = fc.oneof(fc.constantFrom("a", "b"), fc.constantFrom("x".repeat(20_000), "é".repeat(30_000)));
  const change = fc.record({
    key: fc.nat(12).map((n) => `h${n}.example`),
    text: fc.option(text, { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), async (rounds) => {
      const encoder = new SectionEncoder("hosts");
      let records = new Map<string, HostRecord>();
      for (const changes of rounds) {
        records = new Map(records);
        for (const { key, text } of changes) {
          if (text === undefined) records.delete(key);
          else records.set(key, host(text));
        }
        const { shards } = await encoder.encode(records);
        expect(shards).toEqual(await encodeSection("hosts", records));
      }
    }),
    { numRuns: 40 },
  );
});

it("encodes the shard of a record that changed, and leaves the others the same objects", async () => {
  const records = new Map(Array.from({ length: 40 }, (_, n) => [`h${n}.example`, long("a")]));
  const encoder = new SectionEncoder("hosts");
  const before = await encoder.encode(records);
  expect(before.shards.length).toBeGreaterThan(4);
  const after = await encoder.encode(new Map(records).set("h7.example", long("b")));
  expect(after.shards.filter((shard, index) => shard !== before.shards[index])).toHaveLength(1);
});

it("encodes nothing anew for a record that is another object of the same text", async () => {
  const encoder = new SectionEncoder("hosts");
  const before = await encoder.encode(new Map([["a.example", host("a")]]));
  const after = await encoder.encode(new Map([["a.example", host("a")]]));
  expect(after.shards[0]).toBe(before.shards[0]);
});
