import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EndpointSlice } from "../../../sync-agent/cluster/state.ts";
import { mergeSlices, readSlice } from "../../../sync-agent/compile/endpoint-subsets.ts";
import { port, slice } from "./support/objects.ts";

interface SliceContent {
  readonly ports: readonly string[];
  readonly endpoints: EndpointSlice["endpoints"];
}

const slices: fc.Arbitrary<SliceContent[]> = fc.array(
  fc.record({
    ports: fc.constantFrom<string[]>(["80 a", "81 b"], ["81 b", "80 a"], ["80 a"], []),
    endpoints: fc.array(
      fc
        .record({
          addresses: fc.array(fc.constantFrom("10.0.0.1", "10.0.0.2", "fd00::1"), { maxLength: 2 }),
          hostname: fc.constantFrom(undefined, "x", "y"),
          state: fc.constantFrom("ready", "draining", "down"),
          zones: fc.constantFrom<string[][]>([], ["a"], ["b", "a"]),
          pod: fc.constantFrom("p", "q"),
        })
        .map(({ state, zones, ...rest }) => ({
          ...rest,
          ready: state === "ready",
          ...(state === "draining" && { draining: true as const }),
          ...(zones.length > 0 && { zones }),
        })),
      { maxLength: 3 },
    ),
  }),
  { maxLength: 4 },
);

const merge = (contents: readonly SliceContent[]) =>
  mergeSlices(
    contents.map(
      ({ ports, endpoints }) =>
        readSlice(slice("shop/a", "web", { ports: ports.map(port), endpoints })).subsets,
    ),
  );

describe("mergeSlices", () => {
  it("does not depend on the order of slices, of their ports and of their endpoints", () => {
    fc.assert(
      fc.property(slices, (contents) => {
        const reversed = contents.toReversed().map(({ ports, endpoints }) => ({
          ports: ports.toReversed(),
          endpoints: endpoints.toReversed(),
        }));
        expect(merge(reversed)).toEqual(merge(contents));
      }),
      { numRuns: 300 },
    );
  });

  it("has each address once for a set of ports, ready if any slice says so", () => {
    fc.assert(
      fc.property(slices, (contents) => {
        for (const { ports, endpoints } of merge(contents)) {
          const texts = ports.map(({ port, name }) => `${port} ${name}`).join();
          const same = contents.filter((it) => it.ports.toSorted().join() === texts);
          expect(new Set(endpoints.map(({ address }) => address)).size).toBe(endpoints.length);
          for (const { address, ready, draining, zones, hostname, pod } of endpoints) {
            const said = same.flatMap((it) => it.endpoints).filter((it) => it.addresses.includes(address));
            expect(ready).toBe(said.some((it) => it.ready));
            expect(draining ?? false).toBe(!ready && said.some((it) => it.draining));
            expect(hostname !== undefined && pod !== undefined).toBe(false);
            expect(zones ?? []).toEqual([...new Set(said.flatMap((it) => it.zones ?? []))].toSorted());
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
