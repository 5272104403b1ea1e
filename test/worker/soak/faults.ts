/** What faulty-worker.ts is told. */

/** What the edge's storage does. Shares are from 0 to 1. */
export interface Faults {
  /** Of reads that fail. */
  readonly kvErrors: number;
  /** The longest that a read takes, in milliseconds. */
  readonly kvDelayMs: number;
  /** How long an answer of KV, also that there is none, is given again; cacheTtl where that is shorter. In milliseconds. */
  readonly kvCacheMs: number;
  readonly headDown: boolean;
}

export const FAULTS_PATH = "/soak-faults";
