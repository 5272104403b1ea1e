/**
 * Answers of other resolvers in the platform's cache, which lives longer than isolates and is shared by them (RFC 8484
 * 5.1). They are the same for whoever may have questions sent on.
 */
import { toHex, utf8 } from "../../../contract/index.ts";
import { errorText } from "../../log.ts";
import type { ResponseStore } from "../../ingress/filters/cache/response-store.ts";
import { lifetimeOf } from "../lifetime.ts";
import { DNS_MESSAGE_TYPE } from "../doh/query-octets.ts";
import type { PluginPlatform } from "../plugins.ts";
import type { Query, Resolution } from "../resolver.ts";
import { OPCODE } from "../wire/codes.ts";
import { decodeMessage } from "../wire/decode.ts";
import { MessageEncoder } from "../wire/encode.ts";
import type { Message } from "../wire/message.ts";
import { nameToKey } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** Nothing is kept for longer, in seconds. */
const LONGEST = 3_600;
const STORED_AT = "lintel-stored-at";

export class HttpCache {
  readonly #store: ResponseStore;
  readonly #platform: Pick<PluginPlatform, "now" | "waitUntil" | "log">;
  readonly #targets: string;

  constructor(
    store: ResponseStore,
    platform: Pick<PluginPlatform, "now" | "waitUntil" | "log">,
    targets: readonly string[],
  ) {
    this.#store = store;
    this.#platform = platform;
    this.#targets = JSON.stringify(targets);
  }

  /** With TTLs that count from when it was stored. A cache that fails is empty. */
  async find(query: Query): Promise<Resolution | undefined> {
    try {
      const response = await this.#store.match(await this.#keyOf(query));
      if (response === undefined) return undefined;
      const message = decodeMessage(new Uint8Array(await response.arrayBuffer()));
      const age = (this.#platform.now() - Number(response.headers.get(STORED_AT))) / 1_000;
      // Caches may give what has run out.
      if (!(age >= 0 && age < lifetimeOf(message))) return undefined;
      return resolutionOf(message, Math.floor(age));
    } catch {
      return undefined;
    }
  }

  /** Behind the answer. */
  keep(query: Query, resolution: Resolution): void {
    const message = messageOf(query, resolution);
    const lifetime = Math.min(lifetimeOf(message), LONGEST);
    if (lifetime <= 0) return;
    this.#platform.waitUntil(this.#put(query, message, lifetime));
  }

  async #put(query: Query, message: Message, lifetime: number): Promise<void> {
    try {
      const response = new Response(new MessageEncoder().encode(message).slice(), {
        headers: {
          "content-type": DNS_MESSAGE_TYPE,
          "cache-control": `max-age=${lifetime}`,
          [STORED_AT]: this.#platform.now().toString(),
        },
      });
      await this.#store.put(await this.#keyOf(query), response);
    } catch (error) {
      this.#platform.log("warn", { error: errorText(error) }, "answer not cached");
    }
  }

  /** The question's digest: a URL is no place for names. */
  async #keyOf({ question, dnssecOk }: Query): Promise<string> {
    const text = `${this.#targets} ${question.type} ${dnssecOk ? "do" : "-"} ${nameToKey(question.name)}`;
    const digest = await crypto.subtle.digest("SHA-256", utf8(text));
    return `https://dns.lintel.invalid/${toHex(new Uint8Array(digest))}`;
  }
}

function messageOf({ question }: Query, { rcode, answers, authorities, additionals }: Resolution): Message {
  return {
    id: 0,
    response: true,
    opcode: OPCODE.QUERY,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: true,
    authenticData: false,
    checkingDisabled: false,
    rcode,
    questions: [question],
    answers,
    authorities,
    additionals,
    edns: undefined,
  };
}

function resolutionOf({ rcode, answers, authorities, additionals }: Message, age: number): Resolution {
  const aged = (records: readonly ResourceRecord[]) =>
    records.map((record) => ({ ...record, ttl: Math.max(record.ttl - age, 0) }));
  return {
    rcode,
    authoritative: false,
    answers: aged(answers),
    authorities: aged(authorities),
    additionals: aged(additionals),
    recursive: true,
  };
}
