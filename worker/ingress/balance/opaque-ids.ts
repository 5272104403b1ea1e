/** Names for endpoints that say nothing of their addresses: a cookie shows them to clients. */
import { type Bytes, toHex, utf8 } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import type { Pool } from "../pool.ts";
import type { Member } from "./member.ts";

const ID_BYTES = 16;

export interface Directory {
  readonly members: ReadonlyMap<string, Member>;
  readonly draining: ReadonlyMap<string, Member>;
}

/**
 * HMAC-SHA-256 of the address under a key that all isolates of an edge share: without a key, the few addresses that pods
 * can have would soon be tried out.
 */
export class OpaqueIds {
  readonly #secret: Bytes;
  readonly #ids = new WeakMap<Member, string>();
  readonly #directories = new WeakMap<Pool, Directory>();
  // Values are kept, never promises: those of a request whose client goes away are never settled.
  #key: CryptoKey | undefined;

  constructor(secret: string) {
    this.#secret = utf8(`lintel affinity\0${secret}`);
  }

  /** Waits for Web Crypto when a pool is first asked for, never for I/O. */
  of(pool: Pool): MaybePromise<Directory> {
    return this.#directories.get(pool) ?? this.#read(pool);
  }

  /** `undefined` for a member of a pool that was never asked for. */
  idOf(member: Member): string | undefined {
    return this.#ids.get(member);
  }

  async #read(pool: Pool): Promise<Directory> {
    const [members, draining] = await Promise.all([this.#named(pool.members), this.#named(pool.draining)]);
    const directory = { members, draining };
    this.#directories.set(pool, directory);
    return directory;
  }

  async #named(members: readonly Member[]): Promise<Map<string, Member>> {
    return new Map(
      await Promise.all(members.map(async (member) => [await this.#name(member), member] as const)),
    );
  }

  async #name(member: Member): Promise<string> {
    const known = this.#ids.get(member);
    if (known !== undefined) return known;
    this.#key ??= await crypto.subtle.importKey(
      "raw",
      this.#secret,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const mac = await crypto.subtle.sign("HMAC", this.#key, utf8(member.address));
    const id = toHex(new Uint8Array(mac, 0, ID_BYTES));
    this.#ids.set(member, id);
    return id;
  }
}
