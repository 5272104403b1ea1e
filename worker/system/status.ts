import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import { errorText } from "../log.ts";
import type { SnapshotReader } from "../snapshot/reader.ts";

/** What `GET /status` answers. Without a snapshot only `lastError` has a value. */
export interface EdgeStatus {
  readonly cluster: string | undefined;
  readonly generation: number | undefined;
  /** When the agent made the snapshot, RFC 3339. */
  readonly published: string | undefined;
  /** Since then, in seconds. */
  readonly ageSeconds: number | undefined;
  /** The generation that a person rolled back to and holds; no such field otherwise. */
  readonly hold: number | undefined;
  /** Records in each section. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  /** Why the edge could not follow the head at its last look; `null` when it could. */
  readonly lastError: string | null;
}

export async function status(reader: SnapshotReader, now: () => number): Promise<EdgeStatus> {
  const root = await rootOf(reader);
  return {
    cluster: root?.cluster,
    generation: root?.generation,
    published: root && new Date(root.time).toISOString(),
    ageSeconds: root && Math.max(0, Math.round((now() - root.time) / 1000)),
    hold: root?.hold?.generation,
    counts:
      root &&
      Object.fromEntries(Object.entries(root.sections).map(([name, section]) => [name, section.records])),
    lastError: reader.lastError === undefined ? null : errorText(reader.lastError),
  };
}

async function rootOf(reader: SnapshotReader) {
  try {
    return (await reader.view()).root;
  } catch (error) {
    if (error instanceof SnapshotUnavailableError) return undefined;
    throw error;
  }
}
