import { DurableObject } from "cloudflare:workers";
import type { PurgeScope } from "../../contract/index.ts";
import { type PurgeRecord, withPurge } from "../purge/records.ts";

export type OfferOutcome = "taken" | "same" | "older";

/**
 * The head of one cluster (named by the cluster): its current signed root. Single-threaded and strongly consistent,
 * hence what every isolate agrees on within a second of a publish. Callers verify roots before they offer them.
 */
export class HeadObject extends DurableObject {
  async read(): Promise<string | undefined> {
    return this.ctx.storage.get<string>("root");
  }

  /** Takes a root whose generation is greater than the present one's: generations only grow. */
  async offer(generation: number, root: string): Promise<OfferOutcome> {
    const stored = await this.ctx.storage.get(["generation", "root"]);
    if (stored.get("root") === root) return "same";
    const present = stored.get("generation");
    if (typeof present === "number" && generation <= present) return "older";
    await this.ctx.storage.put({ generation, root });
    return "taken";
  }

  /** What was purged from the caches of all isolates. */
  async purges(): Promise<readonly PurgeRecord[]> {
    return (await this.ctx.storage.get<readonly PurgeRecord[]>("purges")) ?? [];
  }

  /** Follows an order whose signature the caller has verified; answers with what purges() says then. */
  async purge(scope: PurgeScope, signed: number): Promise<readonly PurgeRecord[]> {
    const records = withPurge(await this.purges(), scope, signed, Date.now());
    await this.ctx.storage.put("purges", records);
    return records;
  }
}
