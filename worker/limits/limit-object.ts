import { DurableObject } from "cloudflare:workers";
import type { Answer, Report } from "./exchange.ts";
import { Ledger } from "./ledger.ts";

/**
 * A shard of the limits' keys, for all isolates. It keeps nothing but memory: what it forgets when it is evicted, the
 * isolates know again.
 */
export class LimitObject extends DurableObject {
  readonly #ledger = new Ledger(() => Date.now());

  async exchange(report: Report): Promise<Answer> {
    return this.#ledger.exchange(report);
  }
}
