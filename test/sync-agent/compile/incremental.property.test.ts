import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HostRecord, SECTION_NAMES, toBase64, utf8 } from "../../../contract/index.ts";
import type { ClusterState } from "../../../sync-agent/cluster/state.ts";
import {
  compile,
  type Compiled,
  CompileMemory,
  type CompileOptions,
} from "../../../sync-agent/compile/compile.ts";
import { runs } from "../../worker/support/runs.ts";
import { createRecordsEncoder, encodeRecords } from "../../../sync-agent/publish/encode.ts";
import { issue } from "./support/certificates.ts";
import { edited, histories, type Round } from "./support/histories.ts";
import { clusterState } from "./support/objects.ts";
import { NOW, OPTIONS } from "./support/options.ts";

const DAY = 24 * 60 * 60 * 1000;

const options: CompileOptions = {
  ...OPTIONS,
  adoptedClasses: ["nginx"],
  systemHost: "edge.example",
  controllerConfig: "shop/controller",
  dnsAccessSecret: "shop/access",
  externalZones: ["example"],
  statusAddresses: [{ ip: "203.0.113.7" }],
  corefile: { kind: "configMap", key: "kube-system/coredns", isNamed: true },
};

const issued = await Promise.all(
  [["x.example", "alias.example"], ["*.example"], ["y.example", "edge.example"]].map((names) =>
    issue({ names }),
  ),
);
const rounds = histories(
  issued.map(({ crt, key }) => ({ "tls.crt": toBase64(utf8(crt)), "tls.key": toBase64(utf8(key)) })),
);

/** What the compile before left for the next, with a memory or without. */
type Former = Pick<Compiled, "lastGood" | "dnsMemory"> | undefined;
type Step = (
  state: ClusterState,
  now: number,
  published?: ReadonlyMap<string, HostRecord>,
) => Promise<Compiled>;

function following(memory: () => CompileMemory, more: Partial<CompileOptions>): Step {
  let former: Former;
  return async (state, now, published) => {
    const { lastGood, dnsMemory } = former ?? {};
    const compiled = await compile(
      state,
      { ...options, ...more, now, lastGood, dnsMemory, published },
      memory(),
    );
    former = compiled;
    return compiled;
  };
}

function lasting(more: Partial<CompileOptions>): Step {
  const memory = new CompileMemory();
  return following(() => memory, more);
}

/** Both begin with an agent's first compile, and read back what is published where that is asked for. */
async function compare(history: readonly Round[], more: Partial<CompileOptions>): Promise<void> {
  const incremental = lasting(more);
  const full = following(() => new CompileMemory(), more);
  const encode = createRecordsEncoder();
  let state = clusterState({});
  let published: ReadonlyMap<string, HostRecord> = new Map();
  const both = async (now: number, hosts?: ReadonlyMap<string, HostRecord>) => {
    const [one, other] = [await incremental(state, now, hosts), await full(state, now, hosts)];
    const { records, work: _, ...rest } = one;
    const { records: expected, work: __, ...restExpected } = other;
    expect(rest).toEqual(restExpected);
    expect(await encode(records)).toEqual(await encodeRecords(expected));
    return one;
  };
  for (const { edits, day } of history) {
    state = edited(state, edits);
    const now = NOW + day * DAY;
    const compiled = await both(now);
    const { records } = compiled.lacking.length > 0 ? await both(now, published) : compiled;
    published = records.hosts;
  }
}

describe("a compile with the memory of those before", () => {
  it("gives what a full build gives with the same history", async () => {
    await fc.assert(
      fc.asyncProperty(rounds, (history) => compare(history, {})),
      { numRuns: runs(100) },
    );
  });

  it.each(["custom", "managed"] as const)(
    "gives the same where certificates are %s",
    async (certificates) => {
      await fc.assert(
        fc.asyncProperty(rounds, (history) => compare(history, { certificates, externalZones: [] })),
        { numRuns: runs(25) },
      );
    },
  );

  it("gives the very same maps and lists while nothing changes", async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (history) => {
        const step = lasting({});
        const state = edited(
          clusterState({}),
          history.flatMap(({ edits }) => edits),
        );
        await step(state, NOW);
        const before = await step(state, NOW);
        const after = await step(state, NOW);
        for (const section of SECTION_NAMES) expect(after.records[section]).toBe(before.records[section]);
        expect(after.warnings).toBe(before.warnings);
        expect(after.served).toBe(before.served);
        expect(after.work).toEqual({ ingresses: 0, hosts: 0, services: 0, addressBlocks: 0 });
      }),
      { numRuns: runs(25) },
    );
  });
});
