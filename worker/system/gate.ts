/**
 * Who may look at the edge's pages and `/api`: an operator (operator.ts), by his token, by the session that he has begun
 * with it, or by Cloudflare Access where an application stands in front of the system host.
 */
import type { ClientFacts, DnsAccess } from "../../contract/index.ts";
import { assertionVerifier } from "../dns/doh/assertions.ts";
import { showsToken } from "../dns/doh/access.ts";
import { RecentMap } from "../limits/recent-map.ts";
import type { Platform } from "../platform.ts";
import { operatorRefusal } from "./operator.ts";
import { beginSession, sessionOf } from "./session.ts";

export interface GateOptions {
  /** The resolver's: whoever may ask it about everything may see everything. */
  readonly access: DnsAccess;
  readonly token: string | undefined;
  /** The Access application before the system host; its own, because the resolver's let people see a part. */
  readonly accessApplication: AccessApplication | undefined;
}

export interface AccessApplication {
  /** `example.cloudflareaccess.com`. */
  readonly team: string;
  /** The application's AUD tag. */
  readonly audience: string;
}

export type SignIn =
  | { readonly outcome: "in"; readonly cookie: string }
  | { readonly outcome: "wrong" }
  /** Seconds to wait. */
  | { readonly outcome: "later"; readonly wait: number };

export interface Gate {
  /** Whether there is a token that could be shown. */
  readonly takesToken: boolean;
  /** `undefined` for those who may look. */
  refusal(request: Request, client: ClientFacts): Promise<Response | undefined>;
  signIn(token: string, client: ClientFacts): Promise<SignIn>;
}

/** Attempts a minute: of one address, and of all in this isolate together. */
const ATTEMPTS = 10;
const ATTEMPTS_OF_ALL = 100;
const MINUTE = 60_000;
const MOST_ADDRESSES = 1_000;

export function createGate(options: GateOptions, platform: Pick<Platform, "fetch" | "now" | "log">): Gate {
  const { accessApplication, token } = options;
  const rule = { access: options.access === "public" ? ("token" as const) : options.access, token };
  const verify = assertionVerifier(platform);
  const attempts = new Attempts(platform.now);

  async function hasSession(request: Request): Promise<boolean> {
    if (rule.access !== "token" || token === undefined) return false;
    const session = sessionOf(request.headers.get("cookie"));
    return session !== undefined && (await session.isValid(token, platform.now()));
  }

  async function isLetInByAccess({ headers }: Request): Promise<boolean> {
    const assertion = headers.get("cf-access-jwt-assertion");
    if (accessApplication === undefined || assertion === null) return false;
    return verify(assertion, { kind: "access", name: "", view: "", ...accessApplication });
  }

  return {
    takesToken: rule.access === "token" && token !== undefined,
    async refusal(request, client) {
      const refusal = operatorRefusal(options, client, request.headers.get("authorization") ?? undefined);
      if (refusal === undefined) return undefined;
      if ((await hasSession(request)) || (await isLetInByAccess(request))) return undefined;
      return refusal;
    },
    async signIn(shown, client) {
      const wait = attempts.wait(client.address);
      if (wait !== undefined) return { outcome: "later", wait };
      if (token === undefined || !showsToken(rule, { tokens: [shown] })) return { outcome: "wrong" };
      attempts.forgive(client.address);
      return { outcome: "in", cookie: await beginSession(token, platform.now(), client.scheme === "https") };
    },
  };
}

/** By the minute, so that nobody tries many tokens. */
class Attempts {
  readonly #now: () => number;
  readonly #byAddress = new RecentMap<number>(MOST_ADDRESSES);
  #minute = 0;
  #ofAll = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts an attempt. Seconds until the next one where there were too many. */
  wait(address: string): number | undefined {
    const now = this.#now();
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#ofAll = 0;
    }
    const key = `${minute} ${address}`;
    const mine = (this.#byAddress.get(key) ?? 0) + 1;
    this.#byAddress.set(key, mine);
    this.#ofAll++;
    if (mine <= ATTEMPTS && this.#ofAll <= ATTEMPTS_OF_ALL) return undefined;
    return Math.ceil(((minute + 1) * MINUTE - now) / 1000);
  }

  forgive(address: string): void {
    this.#byAddress.set(`${this.#minute} ${address}`, 0);
  }
}
