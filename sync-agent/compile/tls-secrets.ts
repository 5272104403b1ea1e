/** The TLS Secrets that Ingresses name, each read once, and what there is to say of them as time goes by. */
import type { Secret } from "../cluster/state.ts";
import type { WarningLedger } from "./incremental/warning-ledger.ts";
import type { Lookup } from "./lookup.ts";
import {
  expiryTimes,
  expiryWarnings,
  type LastingReading,
  readLasting,
  type TlsCertificate,
} from "./tls-secret.ts";

interface Read {
  readonly secret: Secret;
  readonly reading: LastingReading;
}

export class TlsSecrets implements Lookup<TlsCertificate> {
  readonly #read = new Map<string, Read>();
  /** Within which time, in milliseconds since 1970, the same is to be said; empty when it has to be said anew. */
  #told = { from: 0, until: 0 };

  /** @param secret `undefined` where there is none, or nobody names it */
  set(key: string, secret: Secret | undefined, ledger: WarningLedger): void {
    if (this.#read.get(key)?.secret === secret) return;
    this.#told = { from: 0, until: 0 };
    if (secret !== undefined) this.#read.set(key, { secret, reading: readLasting(secret) });
    else {
      this.#read.delete(key);
      ledger.set(slotOf(key), []);
    }
  }

  /** Says what is wrong with them at that time. */
  tell(now: number, ledger: WarningLedger): void {
    if (now >= this.#told.from && now < this.#told.until) return;
    let from = Number.NEGATIVE_INFINITY;
    let until = Number.POSITIVE_INFINITY;
    for (const [key, { secret, reading }] of this.#read) {
      const { warnings, end } = reading;
      ledger.set(slotOf(key), [...warnings, ...expiryWarnings(secret, end, now)]);
      for (const time of end === undefined ? [] : expiryTimes(end)) {
        if (time <= now) from = Math.max(from, time);
        else until = Math.min(until, time);
      }
    }
    this.#told = { from, until };
  }

  get(key: string): TlsCertificate | undefined {
    return this.#read.get(key)?.reading.certificate;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }
}

function slotOf(key: string): string {
  return `Secret ${key}`;
}
