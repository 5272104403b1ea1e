/**
 * Workers KV as one place on earth sees it ("How KV works"): what was read is cached for `cacheTtl`, and so is that a
 * key was missing. A key that was overwritten is seen elsewhere after a minute at the latest; a key that nobody read
 * here before is read from the central store.
 */

/** The central store, which all places write to. */
export class CentralKv {
  readonly #entries = new Map<string, { value: string; before: string | null; since: number }>();
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  put(key: string, value: string): void {
    const present = this.#entries.get(key);
    if (present?.value === value) return;
    this.#entries.set(key, { value, before: present?.value ?? null, since: this.now() });
  }

  /** As far away as can be: an overwritten value shows as late as it may. */
  read(key: string): string | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    return entry.before !== null && this.now() - entry.since < VISIBLE_MS ? entry.before : entry.value;
  }
}

const VISIBLE_MS = 60_000;

export class KvLocation {
  readonly #central: CentralKv;
  readonly #cache = new Map<string, { value: string | null; since: number }>();
  /** Every key that was asked for. */
  readonly reads: string[] = [];

  constructor(central: CentralKv) {
    this.#central = central;
  }

  /** What the Worker has of it as a binding. */
  get binding(): KVNamespace {
    return { get: this.get.bind(this) } as unknown as KVNamespace;
  }

  async get(key: string, { cacheTtl = 60 }: KVNamespaceGetOptions<"text">): Promise<string | null> {
    this.reads.push(key);
    const cached = this.#cache.get(key);
    const now = this.#central.now();
    if (cached !== undefined && now - cached.since < cacheTtl * 1000) return cached.value;
    const value = this.#central.read(key);
    this.#cache.set(key, { value, since: now });
    return value;
  }
}
