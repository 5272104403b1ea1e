/** Mode `custom`: the cluster's certificates uploaded to Cloudflare, replaced as they are renewed, removed last. */
import type { Clock } from "../clock.ts";
import type { Kv } from "../publish/kv.ts";
import type { Warning } from "../warning.ts";
import { type CustomPlan, planCustom } from "./custom-plan.ts";
import { encodeRecord, readRecord, type RecordEntry, recordKey } from "./custom-record.ts";
import { createRefusalMemory } from "./custom-refusals.ts";
import { uploadAll } from "./custom-upload.ts";
import type { DesiredCertificate } from "./desired.ts";
import { CertificateStoreError } from "./error.ts";
import type { CertificateStore } from "./store.ts";
import { type Wanted, wantsOf } from "./wanted.ts";
import { notInAnyZone, notUploaded, type Refusal, refusalOf } from "./warnings.ts";
import type { CustomCertificate, Zone, ZoneApi } from "./zone-api.ts";

export interface CustomStoreOptions {
  readonly cluster: string;
  readonly api: ZoneApi;
  readonly kv: Pick<Kv, "get" | "put">;
  readonly clock: Clock;
}

/** What one write of the record made known, and for how long KV may still give what was there before. */
const OWN_WRITE_MS = 2 * 60_000;
/** Workers KV takes one write a second per key. */
const WRITE_SPACING_MS = 1100;

/** The record as this agent knows it, better than KV for a while. */
interface Memory {
  readonly signal: AbortSignal;
  record: readonly RecordEntry[];
  /** As it was last read from or written to KV. */
  stored: string;
  /** `undefined` before the first write. */
  written: number | undefined;
}

export function createCustomStore({ cluster, api, kv, clock }: CustomStoreOptions): CertificateStore {
  const refusals = createRefusalMemory(clock);
  let memory: Memory | undefined;

  /** What is known of the record. A new term knows nothing: another agent may have written since. */
  async function recall(signal: AbortSignal): Promise<Memory> {
    const now = clock.now();
    const unsaved = memory !== undefined && memory.stored !== encodeRecord(memory.record);
    const fresh = memory?.written !== undefined && now - memory.written < OWN_WRITE_MS;
    if (memory?.signal === signal && (unsaved || fresh)) return memory;
    const written = memory?.signal === signal ? memory.written : undefined;
    const record = await readRecord(kv, cluster, signal);
    memory = { signal, record, stored: encodeRecord(record), written };
    return memory;
  }

  async function save(known: Memory, signal: AbortSignal): Promise<void> {
    const value = encodeRecord(known.record);
    if (value === known.stored) return;
    const wait = known.written === undefined ? 0 : known.written + WRITE_SPACING_MS - clock.now();
    if (wait > 0) await pause(clock, wait, signal);
    await kv.put([{ key: recordKey(cluster), value }], signal);
    known.stored = value;
    known.written = clock.now();
  }

  /** Removes what nobody has asked for in a while, unless it may still serve a host that a new one could not take over. */
  async function removeUnused(
    known: Memory,
    unused: CustomPlan["unused"],
    zones: ReadonlyMap<string, Zone>,
    refused: ReadonlyMap<Wanted, Refusal>,
    signal: AbortSignal,
  ): Promise<void> {
    const held = [...refused.keys()];
    for (const { entry, due } of unused) {
      const zone = zones.get(entry.zone);
      const isThere = known.record.some(({ zone, id }) => zone === entry.zone && id === entry.id);
      const stillServes = held.some(
        (want) => want.zone.id === entry.zone && want.hosts.some((host) => entry.hosts.includes(host)),
      );
      if (!due || zone === undefined || !isThere || stillServes) continue;
      await api.remove(zone, entry.id, signal);
      known.record = known.record.filter(({ zone, id }) => zone !== entry.zone || id !== entry.id);
    }
  }

  return {
    mode: "custom",
    async reconcile(desired, signal) {
      const known = await recall(signal);
      if (known.record.length === 0 && desired.every(({ pair }) => pair === undefined)) return [];
      const zones = await api.zones(signal);
      const { wanted, homeless } = wantsOf(desired, zones);
      const refused = new Map<Wanted, Refusal>();
      const listed = await list(zones, wanted, known.record, refused, signal);
      const plan = planCustom({ wanted, recorded: known.record, listed, now: clock.now() });
      if (plan.settlesIn > 0) throw settling(cluster, plan.settlesIn);
      known.record = plan.record;

      const context = { api, clock, refusals, signal, save: () => save(known, signal), known };
      await uploadAll(context, plan, refused);
      await removeUnused(known, plan.unused, new Map(zones.map((zone) => [zone.id, zone])), refused, signal);
      await save(known, signal);
      return [...homeless.map(notInAnyZone), ...[...refused].flatMap(warningsOf)];
    },
  };

  /** The custom certificates of the zones that matter. A zone whose plan has none is a refusal for all that want it. */
  async function list(
    zones: readonly Zone[],
    wanted: readonly Wanted[],
    record: readonly RecordEntry[],
    refused: Map<Wanted, Refusal>,
    signal: AbortSignal,
  ): Promise<Map<string, CustomCertificate[]>> {
    const inUse = new Set([...wanted.map(({ zone }) => zone.id), ...record.map(({ zone }) => zone)]);
    const listed = new Map<string, CustomCertificate[]>();
    for (const zone of zones.filter(({ id }) => inUse.has(id))) {
      try {
        listed.set(zone.id, await api.customCertificates(zone, signal));
      } catch (error) {
        if (!(error instanceof CertificateStoreError) || error.reason !== "plan") throw error;
        for (const want of wanted.filter((want) => want.zone === zone)) refused.set(want, refusalOf(error));
      }
    }
    return listed;
  }
}

function warningsOf([{ claims, zone }, refusal]: readonly [Wanted, Refusal]): Warning[] {
  return claims.map((claim: DesiredCertificate) => notUploaded(claim, zone, refusal));
}

function settling(cluster: string, retryAfter: number): CertificateStoreError {
  return new CertificateStoreError({
    operation: `read the record of uploaded certificates, KV ${recordKey(cluster)}`,
    reason: "settling",
    problem: "a certificate was uploaded minutes ago, and the record does not say by whom",
    remedy: "nothing: if another agent of this cluster did, the record says so soon",
    retryAfter,
  });
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const callOff = clock.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    function onAbort() {
      callOff();
      reject(signal.reason as Error);
    }
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
