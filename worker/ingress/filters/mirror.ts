/** ingress-nginx `mirror-target`: a copy of each request for somebody else, whose answers nobody waits for. */
import type { Mirror } from "../../../contract/index.ts";
import { errorText } from "../../log.ts";
import type { TargetRequest } from "../target-fetch.ts";
import { discard } from "../targets/response-body.ts";
import { compileTemplate } from "../variables.ts";
import { copied } from "./copied-body.ts";
import type { Exchange, Filter, FilterPlatform } from "./filter.ts";

/** Milliseconds until a mirror must have answered; one that lags so far is dropped. */
const TIMEOUT = 5_000;
/** Copies of an isolate that are on their way at once. */
const MOST_UNDERWAY = 64;
/** A larger body is not copied, and its request not mirrored. */
const MOST_BYTES = 256 * 1024;
/** Milliseconds between two words in the log on one route's mirror. */
const LOG_INTERVAL = 60_000;

export function mirror(platform: MirrorPlatform): Filter {
  const copies = new Copies(platform);
  return ({ mirror: wanted }) => {
    if (wanted === undefined) return undefined;
    const send = sender(wanted, copies, platform);
    return {
      request(exchange) {
        const { request, outgoing } = exchange;
        // There is nobody to talk to at the other end of a copied WebSocket.
        if (copies.areTooMany() || request.headers.has("upgrade")) return undefined;
        const question = { method: request.method, headers: new Headers(outgoing.headers) };
        for (const name of ["host", "content-length"]) question.headers.delete(name);
        if (outgoing.body === null || !wanted.body) {
          send(exchange, question);
          return undefined;
        }
        const announced = request.headers.get("content-length");
        const length = announced === null ? undefined : Number(announced);
        if (length !== undefined && length > MOST_BYTES) return undefined;
        const onCopied = (body: Uint8Array<ArrayBuffer>) => send(exchange, { ...question, body });
        outgoing.body = copied(outgoing.body, length, MOST_BYTES, onCopied);
        return undefined;
      },
    };
  };
}

type MirrorPlatform = Pick<FilterPlatform, "now" | "log" | "targets" | "waitUntil">;

type Question = Pick<TargetRequest, "method" | "headers" | "body">;

function sender(
  wanted: Mirror,
  copies: Copies,
  { targets, log, now }: MirrorPlatform,
): (exchange: Exchange, question: Question) => void {
  const ask = targets(wanted.target);
  const host = wanted.host === undefined ? undefined : compileTemplate(wanted.host);
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (exchange, question) => {
    const request = { ...question, host: host?.(exchange), timeoutMs: TIMEOUT };
    copies.begin(async () => {
      try {
        await discard(await ask(exchange, request));
      } catch (error) {
        if (now() - loggedAt < LOG_INTERVAL) return;
        loggedAt = now();
        log("warn", { ingress: exchange.route.ingress, error: errorText(error) }, "mirror-target failed");
      }
    });
  };
}

/** The copies of an isolate that are on their way. */
class Copies {
  readonly #platform: Pick<FilterPlatform, "now" | "waitUntil">;
  /** When each began, in that order. */
  readonly #underway = new Map<symbol, number>();

  constructor(platform: Pick<FilterPlatform, "now" | "waitUntil">) {
    this.#platform = platform;
  }

  areTooMany(): boolean {
    const now = this.#platform.now();
    // One may end without a word, with the request that it is a copy of.
    for (const [copy, since] of this.#underway) {
      if (now - since < 2 * TIMEOUT) break;
      this.#underway.delete(copy);
    }
    return this.#underway.size >= MOST_UNDERWAY;
  }

  /** @param send never rejects */
  begin(send: () => Promise<void>): void {
    const copy = Symbol("copy");
    this.#underway.set(copy, this.#platform.now());
    this.#platform.waitUntil(send().finally(() => this.#underway.delete(copy)));
  }
}
