/** Once nothing is wrong any more: that edge, KV and cluster agree, within a time. */
import { setTimeout as delay } from "node:timers/promises";
import { openClients } from "./clients.ts";
import { versionsIn } from "./truth.ts";
import { SYSTEM_HOST } from "./edge.ts";
import { HOSTS } from "./objects.ts";
import type { World } from "./world.ts";

export interface Convergence {
  readonly ms: number;
  /** What had not come by then; empty when everything had. */
  readonly missing: readonly string[];
}

const POLL_MS = 100;

export async function converge(world: World, withinMs: number): Promise<Convergence> {
  const began = performance.now();
  const { edge } = world;
  const clients = openClients({ ...edge.ports, ca: edge.ca, systemHost: SYSTEM_HOST });
  try {
    for (;;) {
      const missing = [...(await stale(world, clients)), ...unseen(world)];
      const ms = Math.round(performance.now() - began);
      if (missing.length === 0 || ms > withinMs) return { ms, missing };
      await delay(POLL_MS);
    }
  } finally {
    clients.close();
  }
}

function unseen({ kv }: World): string[] {
  return kv.pending === 0 ? [] : [`${kv.pending} keys of KV have writes that are not seen yet`];
}

/** What is served and is not what the cluster says. */
async function stale(world: World, clients: ReturnType<typeof openClients>): Promise<string[]> {
  const missing: string[] = [];
  const generations = new Set<number | undefined>();
  for (const [name, records] of Object.entries(HOSTS)) {
    const wanted = world.versions.get(name);
    for (const record of records) {
      for (const scheme of ["http", "https"] as const) {
        const { status, body, generation } = await clients[scheme](record.replace("*", "any"), record);
        generations.add(generation);
        const found = [...new Set(versionsIn(body))].join(" and ");
        if (found !== String(wanted)) missing.push(`${scheme} ${record}: ${status}, ${found}, not ${wanted}`);
      }
    }
  }
  const { addresses, generation } = await clients.dns();
  generations.add(generation);
  const pods = world.pods.endpoints.map(({ address }) => address).toSorted();
  if (addresses.toSorted().join() !== pods.join()) missing.push(`dns: ${addresses}, not ${pods}`);
  if (generations.size > 1) missing.push(`generations ${[...generations].join(", ")} at once`);
  return missing;
}
