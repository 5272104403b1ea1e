import type { ResponseStore } from "../../../worker/ingress/filters/cache/response-store.ts";

interface Kept {
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

/** A platform's cache in memory, which forgets nothing by itself. */
export class MemoryStore implements ResponseStore {
  readonly #kept = new Map<string, Kept>();
  broken = false;

  get size(): number {
    return this.#kept.size;
  }

  async match(key: RequestInfo | URL): Promise<Response | undefined> {
    this.#check();
    const kept = this.#kept.get(keyOf(key));
    return kept && new Response(kept.body.slice(), { headers: kept.headers });
  }

  async put(key: RequestInfo | URL, response: Response): Promise<void> {
    this.#check();
    const body = await response.arrayBuffer();
    this.#kept.set(keyOf(key), { headers: new Headers(response.headers), body });
  }

  async delete(key: RequestInfo | URL): Promise<boolean> {
    this.#check();
    return this.#kept.delete(keyOf(key));
  }

  #check(): void {
    if (this.broken) throw new Error("the cache is broken");
  }
}

function keyOf(key: RequestInfo | URL): string {
  return key instanceof Request ? key.url : String(key);
}
