/** The keys that an issuer of tokens publishes (RFC 7517), kept in isolate memory. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type LocalJWKSet } from "jose";
import { TargetError, type TargetFetch } from "../../target-fetch.ts";
import { readText } from "../../targets/response-body.ts";
import type { Exchange, FilterPlatform } from "../filter.ts";

/** All in milliseconds. */
const TIMEOUT = 5_000;
/** From then on keys are asked for anew, behind the requests that they still serve. */
const FRESH = 300_000;
/** So old they may get where the issuer cannot be reached. */
const OLDEST = 3_600_000;
/** Between two questions while there are keys: tokens with made-up key ids must not become requests. */
const COOLDOWN = 10_000;
/** After a question that failed, while there are none. */
const RETRY = 2_000;

const MOST_BYTES = 256 * 1024;

export class KeySet {
  readonly #ask: TargetFetch;
  readonly #platform: Pick<FilterPlatform, "now" | "waitUntil">;
  #known: { readonly keys: LocalJWKSet; readonly at: number } | undefined;
  #asking: { readonly keys: Promise<LocalJWKSet>; readonly since: number } | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ask: TargetFetch, platform: Pick<FilterPlatform, "now" | "waitUntil">) {
    this.#ask = ask;
    this.#platform = platform;
  }

  /** @throws TargetError where there are none that may be used, and SnapshotUnavailableError */
  async keys(exchange: Exchange): Promise<LocalJWKSet> {
    const now = this.#platform.now();
    const known = this.#known;
    if (known === undefined || now - known.at >= OLDEST) {
      if (this.#asking === undefined && now - this.#askedAt < RETRY) {
        throw new TargetError("the keys could not be had a moment ago");
      }
      return this.#renew(exchange);
    }
    if (now - known.at >= FRESH && now - this.#askedAt >= COOLDOWN) {
      // What fails here shows once the keys are too old.
      this.#platform.waitUntil(this.#renew(exchange).catch(() => undefined));
    }
    return known.keys;
  }

  /** For a token whose key is not among `keys`: newer ones, or the same where it is too soon to ask. */
  async newerThan(keys: LocalJWKSet, exchange: Exchange): Promise<LocalJWKSet> {
    const known = this.#known?.keys ?? keys;
    if (known !== keys) return known;
    const isTooSoon = this.#asking === undefined && this.#platform.now() - this.#askedAt < COOLDOWN;
    return isTooSoon ? keys : this.#renew(exchange);
  }

  /** Concurrent calls share one question. */
  #renew(exchange: Exchange): Promise<LocalJWKSet> {
    const now = this.#platform.now();
    // A question may hang with the request that began it. Then it is put anew.
    if (this.#asking !== undefined && now - this.#asking.since < 2 * TIMEOUT) return this.#asking.keys;
    const asking = { keys: this.#fetch(exchange), since: now };
    const forget = () => {
      if (this.#asking === asking) this.#asking = undefined;
    };
    this.#askedAt = now;
    this.#asking = asking;
    this.#platform.waitUntil(asking.keys.then(forget, forget));
    return asking.keys;
  }

  async #fetch(exchange: Exchange): Promise<LocalJWKSet> {
    const headers = new Headers({ accept: "application/jwk-set+json, application/json" });
    const response = await this.#ask(exchange, { method: "GET", headers, timeoutMs: TIMEOUT });
    const text = await readText(response, MOST_BYTES);
    if (response.status !== 200) throw new TargetError(`the keys are answered with ${response.status}`);
    const keys = parse(text);
    this.#known = { keys, at: this.#platform.now() };
    return keys;
  }
}

function parse(text: string): LocalJWKSet {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof errors.JWKSInvalid)) throw cause;
    throw new TargetError("the answer is no set of keys", { cause });
  }
}
