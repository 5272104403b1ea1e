/** ingress-nginx `limit-connections`: how many requests a client may have underway (nginx `limit_conn`). */
import { REPEAT } from "../../../limits/exchange.ts";
import type { Platform } from "../../../platform.ts";
import type { Exchange } from "../filter.ts";
import type { Sharing } from "./sharing.ts";
import type { Count, Counts } from "./underway.ts";

/** A request that is counted until its end. */
export interface Connection {
  /** Must be called in any case; does nothing when it is called again. */
  readonly end: () => void;
}

export class ConnectionLimit {
  readonly #most: number;
  readonly #zone: string;
  readonly #counts: Counts;
  readonly #sharing: Sharing | undefined;
  readonly #platform: Pick<Platform, "now" | "delay">;

  constructor(
    most: number,
    zone: string,
    counts: Counts,
    sharing: Sharing | undefined,
    platform: Pick<Platform, "now" | "delay">,
  ) {
    this.#most = most;
    this.#zone = zone;
    this.#counts = counts;
    this.#sharing = sharing;
    this.#platform = platform;
  }

  /** How many requests more a client may have underway. */
  free(client: string): number {
    return Math.max(0, this.#most - this.#of(client).total(this.#platform.now()));
  }

  /** `undefined` where the client has too many underway. */
  begin(client: string, { request: { signal } }: Pick<Exchange, "request">): Connection | undefined {
    const count = this.#of(client);
    this.#sharing?.changed(count);
    if (count.total(this.#platform.now()) >= this.#most) return undefined;
    this.#counts.begin(count);
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener("abort", end);
      this.#counts.end(count);
      this.#sharing?.changed(count);
    };
    // The client has gone, and whatever waits for its response will never go on.
    signal.addEventListener("abort", end);
    if (this.#sharing !== undefined) void this.#repeat(count, this.#sharing, () => isOver);
    return { end };
  }

  /** Tells that it is still there; ends with the request, at the latest. */
  async #repeat(count: Count, sharing: Sharing, isOver: () => boolean): Promise<void> {
    for (;;) {
      await this.#platform.delay(REPEAT);
      if (isOver()) return;
      sharing.changed(count);
    }
  }

  #of(client: string): Count {
    return this.#counts.of(`${this.#zone} ${client}`);
  }
}
