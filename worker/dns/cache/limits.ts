/** For how long answers hold (CoreDNS cache): of all records of an answer the least TTL, within what its block says. */
import type { PluginConfig } from "../../../contract/index.ts";
import { lifetimeOf } from "../lifetime.ts";
import type { Resolution } from "../resolver.ts";
import { RCODE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import { Zones } from "../zones.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** Of answers that no record says a TTL of. */
const LEAST_TTL = 5;

/** Of one kind of answer. */
export interface KindLimits {
  readonly minTtl: number;
  readonly maxTtl: number;
  readonly except: Zones;
}

export function limitsOf(configured: PluginConfig<"cache">["success"]): KindLimits | undefined {
  return configured && { ...configured, except: new Zones(configured.except ?? []) };
}

/** Seconds; `undefined` for failures, refusals, and what the block leaves alone. @param name that was asked for */
export function keepingTime(
  { success, denial }: Readonly<Record<"success" | "denial", KindLimits | undefined>>,
  resolution: Resolution,
  name: Name,
): number | undefined {
  const isDenial = isNegative(resolution);
  if (isDenial === undefined) return undefined;
  const limits = isDenial ? denial : success;
  if (limits === undefined || limits.except.has(name)) return undefined;
  const ttl = isDenial ? lifetimeOf(resolution) : leastTtl(resolution);
  return Math.min(Math.max(ttl, limits.minTtl), limits.maxTtl);
}

function isNegative({ rcode, answers, authorities }: Resolution): boolean | undefined {
  const hasSoa = authorities.some(({ type }) => type === "SOA");
  if (rcode === RCODE.NXDOMAIN) return hasSoa ? true : undefined;
  return rcode === RCODE.NOERROR ? answers.length === 0 && hasSoa : undefined;
}

function leastTtl({ answers, authorities, additionals }: Resolution): number {
  const records = [...answers, ...authorities, ...additionals];
  return records.length === 0 ? LEAST_TTL : Math.min(...records.map(({ ttl }) => ttl));
}

/** The answer with one TTL for all records, and the question's own name as the question writes it. */
export function withTtl(resolution: Resolution, ttl: number, asked: Name): Resolution {
  const aged = (records: readonly ResourceRecord[]) =>
    records.map((record) => ({ ...record, ttl, name: record.name.equals(asked) ? asked : record.name }));
  return {
    ...resolution,
    answers: aged(resolution.answers),
    authorities: aged(resolution.authorities),
    additionals: aged(resolution.additionals),
  };
}
