/** What lives on the heap of an isolate once it has served every host of a cluster. */
import { requestTo, startEdge } from "./edge-on-workerd.ts";
import { startBackend, startClient } from "./load.ts";
import { hostName, madeCluster, REQUEST_PATHS } from "./made-cluster.ts";
import { madeSnapshot } from "./snapshot.ts";

const CONNECTIONS = 8;
const LONGEST_MS = 120_000;
export interface LiveHeap {
  /** After the last collection of garbage, in MB (V8's: of 2^20 bytes). */
  readonly live: number;
  /** The most that was left by any. */
  readonly most: number;
}

/** `123 ms: Mark-Compact 47.7 (61.9) -> 35.5 (62.6) MB`: of which isolate, and what was left. */
const COLLECTION = /\d+:(0x[0-9a-f]+)\].*Mark-Compact .*-> (\d+(?:\.\d+)?) \(/;

/** @param rounds how often each host is asked for: what is let go and made anew must leave no more than there was. */
export async function liveHeap(hosts: number, rounds: number): Promise<LiveHeap> {
  const left = new Map<string, number[]>();
  const snapshot = await madeSnapshot(madeCluster(hosts));
  const backend = await startBackend();
  const client = startClient();
  const worker = await startEdge({
    backend: backend.port,
    snapshot,
    onCollection(line) {
      const [, isolate, mb] = COLLECTION.exec(line) ?? [];
      if (isolate !== undefined) left.set(isolate, [...(left.get(isolate) ?? []), Number(mb)]);
    },
  });
  try {
    const requests = Array.from({ length: hosts * rounds }, (_, index) =>
      requestTo(hostName(index % hosts), REQUEST_PATHS[index % REQUEST_PATHS.length] ?? "/"),
    );
    const order = { at: worker.port, connections: CONNECTIONS, ms: LONGEST_MS, most: requests.length };
    await client.load({ ...order, requests });
  } finally {
    // What V8 has said comes to its end with the process.
    await worker.stop();
    await client.close();
    await backend.close();
  }
  // The edge's isolate is the one that holds most; there are others, of its storage.
  const [ours = []] = [...left.values()].toSorted((a, b) => Math.max(...b) - Math.max(...a));
  const live = ours.at(-1);
  if (live === undefined) throw new Error("workerd told of no collection of garbage");
  return { live, most: Math.max(...ours) };
}
