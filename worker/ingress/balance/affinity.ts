/**
 * Clients that stay with their endpoint, by a cookie. Its value is `<key>.<tag>`. The tag tells the backends of a route
 * apart. In mode `balanced` the key is random, and the endpoint is its place by rendezvous hashing, so that new endpoints
 * take over a share of the clients; in the others it is the endpoint's opaque id.
 */
import type { Affinity as AffinitySettings, Backend, Route } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import type { Exchange } from "../filters/filter.ts";
import type { Pool } from "../pool.ts";
import { cookieOf } from "../variables.ts";
import { hashText } from "./hash.ts";
import type { Member } from "./member.ts";
import type { OpaqueIds } from "./opaque-ids.ts";
import { best } from "./rendezvous.ts";
import { type SessionCookie, sessionCookie } from "./session-cookie.ts";

/** What a client's cookie says. */
export interface Session {
  readonly key: string;
  readonly tag: string;
}

/** A member for a client that has none, and the key under which it finds it again. */
export interface Placement {
  readonly member: Member;
  readonly key: string | undefined;
}

const COOKIE = /^([0-9a-f]{16,64})\.([0-9a-f]{1,8})$/;

/** Of so many random keys, one nearly always has its place at one of the members that are left (ingress-nginx). */
const MOST_KEYS = 20;

export class Affinity {
  readonly #settings: AffinitySettings;
  readonly #ids: OpaqueIds;
  readonly #random: () => number;
  readonly #cookie: SessionCookie;

  constructor(settings: AffinitySettings, match: Route["match"], ids: OpaqueIds, random: () => number) {
    this.#settings = settings;
    this.#ids = ids;
    this.#random = random;
    this.#cookie = sessionCookie(settings, match);
  }

  /** Whether a client stays on its side of a canary. */
  get keepsSide(): boolean {
    return this.#settings.stickyCanary;
  }

  /** Whether a client gets another endpoint where its own fails. */
  get changesOnFailure(): boolean {
    return this.#settings.changeOnFailure === true;
  }

  read({ request }: Pick<Exchange, "request">): Session | undefined {
    const match = COOKIE.exec(cookieOf(request.headers, this.#settings.cookie) ?? "");
    const [, key, tag] = match ?? [];
    return key === undefined || tag === undefined ? undefined : { key, tag };
  }

  /** The endpoint that a session is with; `undefined` when it has gone. */
  find(pool: Pool, { key }: Session): MaybePromise<Member | undefined> {
    const { mode } = this.#settings;
    if (mode === "balanced") return best(pool.members, hashText(key));
    const find = ({ members, draining }: Awaited<ReturnType<OpaqueIds["of"]>>) =>
      members.get(key) ?? (mode === "persistent_drainable" ? draining.get(key) : undefined);
    const found = this.#ids.of(pool);
    return found instanceof Promise ? found.then(find) : find(found);
  }

  /** @param pick chooses among the candidates, which are some of the pool's members */
  async place(
    pool: Pool,
    candidates: readonly Member[],
    pick: () => Member | undefined,
  ): Promise<Placement | undefined> {
    if (this.#settings.mode === "balanced") {
      for (let i = 0; i < MOST_KEYS; i++) {
        const key = this.#randomKey();
        const member = best(pool.members, hashText(key));
        if (member !== undefined && candidates.includes(member)) return { member, key };
      }
    }
    const member = pick();
    if (member === undefined) return undefined;
    if (this.#settings.mode === "balanced") return { member, key: undefined };
    await this.#ids.of(pool);
    return { member, key: this.#ids.idOf(member) };
  }

  /** The text of a Set-Cookie header. */
  cookieFor(key: string, tag: string, exchange: Exchange, now: number): string {
    return this.#cookie(`${key}.${tag}`, exchange, now);
  }

  #randomKey(): string {
    const half = () =>
      Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
    return half() + half();
  }
}

/** Tells a backend from others of its route. */
export function tagOf({ service, port }: Pick<Backend, "service" | "port">): string {
  return hashText(`${service}:${port}`).toString(16);
}
