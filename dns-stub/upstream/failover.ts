/** Several resolvers, of which the first that works is asked. */
import { DEADLINE_MS } from "../limits.ts";
import type { Received } from "./connection.ts";
import { UpstreamError } from "./error.ts";

/** A resolver as failover sees it. */
export interface Candidate {
  readonly failure: UpstreamError | undefined;
  readonly isResting: boolean;
  exchange(query: Uint8Array, deadline: number): Promise<Received>;
}

export interface Upstream {
  /** @throws UpstreamError */
  readonly exchange: (query: Uint8Array) => Promise<Received>;
  /** The last that is known of every resolver is that it fails. */
  readonly isFailing: boolean;
}

/**
 * Resolvers that work come first, in their order. One that failed is tried again once it has rested: by a copy of the
 * question beside them, so that nobody waits for it, or in their place when none of them answers. While all rest, the answer is
 * the failure of the last time, at once (RFC 9520).
 */
export function failover(candidates: readonly Candidate[], now: () => number): Upstream {
  const probed = new Set<Candidate>();

  /** One question at a time finds out whether a resolver works again. */
  function probe(candidate: Candidate, query: Uint8Array, deadline: number): void {
    if (probed.has(candidate)) return;
    probed.add(candidate);
    candidate
      .exchange(query, deadline)
      .catch(ignored)
      .finally(() => probed.delete(candidate));
  }

  async function exchange(query: Uint8Array): Promise<Received> {
    const deadline = now() + DEADLINE_MS;
    const working = candidates.filter(({ failure }) => failure === undefined);
    const rested = candidates.filter(({ failure, isResting }) => failure !== undefined && !isResting);
    if (working.length > 0) {
      for (const candidate of rested) probe(candidate, query, deadline);
    }
    let error = candidates.find(({ failure }) => failure !== undefined)?.failure;
    for (const candidate of [...working, ...rested]) {
      if (now() >= deadline) break;
      try {
        return await candidate.exchange(query, deadline);
      } catch (problem) {
        if (!(problem instanceof UpstreamError)) throw problem;
        error = problem;
      }
    }
    throw error ?? new UpstreamError("unreachable", "no resolver is configured");
  }

  return {
    exchange,
    get isFailing() {
      return candidates.every(({ failure }) => failure !== undefined);
    },
  };
}

/** The resolver keeps its failure itself. */
function ignored(problem: unknown): void {
  if (!(problem instanceof UpstreamError)) throw problem;
}
