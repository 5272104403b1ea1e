/** What was purged, and when in the order of purges. Pure: the Durable Object keeps it, isolates read it. */
import type { PurgeScope } from "../../contract/index.ts";

export interface PurgeRecord extends PurgeScope {
  /** Grows with every purge. */
  readonly sequence: number;
  /** When the order was signed, and when it was followed; in milliseconds since 1970. */
  readonly signed: number;
  readonly followed: number;
}

/** Longer than anything is kept (filters/cache/entry.ts), and isolates are behind. */
const REMEMBERED_MS = 8 * 24 * 3_600_000;
/** More are made fewer and coarser: nothing that was purged comes back for that. */
const MOST_RECORDS = 1_000;

/** The records with one more; the same where this very order was followed already. */
export function withPurge(
  records: readonly PurgeRecord[],
  scope: PurgeScope,
  signed: number,
  now: number,
): readonly PurgeRecord[] {
  const same = records.find((record) => isSame(record, scope));
  if (same !== undefined && same.signed >= signed) return records;
  const sequence = records.reduce((most, record) => Math.max(most, record.sequence), 0) + 1;
  const added: PurgeRecord = { ...scopeOf(scope), sequence, signed, followed: now };
  const kept = records.filter((record) => record !== same && now - record.followed < REMEMBERED_MS);
  return coarsened([...kept, added]);
}

/** The latest purge of what is under this host and path; 0 without any. */
export function epochOf(records: readonly PurgeRecord[], hostname: string, path: string): number {
  let latest = 0;
  for (const record of records) {
    if (record.sequence > latest && covers(record, hostname, path)) latest = record.sequence;
  }
  return latest;
}

function covers({ host, path: purged, prefix }: PurgeScope, hostname: string, path: string): boolean {
  if (host !== undefined && host !== hostname) return false;
  if (purged === undefined) return true;
  return prefix === true ? path.startsWith(purged) : path === purged;
}

function isSame(a: PurgeScope, b: PurgeScope): boolean {
  return a.host === b.host && a.path === b.path && a.prefix === b.prefix;
}

function scopeOf({ host, path, prefix }: PurgeScope): PurgeScope {
  return {
    ...(host !== undefined && { host }),
    ...(path !== undefined && { path }),
    ...(prefix && { prefix }),
  };
}

/** Paths become their hosts, and hosts everything. */
function coarsened(records: readonly PurgeRecord[]): readonly PurgeRecord[] {
  if (records.length <= MOST_RECORDS) return records;
  const byHost = Map.groupBy(records, ({ host }) => host);
  const hosts = [...byHost].map(([host, same]) => latest(same, host === undefined ? {} : { host }));
  return hosts.length <= MOST_RECORDS ? hosts : [latest(hosts, {})];
}

function latest(records: readonly PurgeRecord[], scope: PurgeScope): PurgeRecord {
  const most = (of: (record: PurgeRecord) => number) => Math.max(...records.map(of));
  return {
    ...scope,
    sequence: most(({ sequence }) => sequence),
    signed: most(({ signed }) => signed),
    followed: most(({ followed }) => followed),
  };
}
