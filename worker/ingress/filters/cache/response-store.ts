/** The platform's cache, as the Cache API has it; keys are URLs. On Cloudflare each data centre has its own. */
export type ResponseStore = Pick<Cache, "match" | "put" | "delete">;

/** What is kept under another name is in another form: see entry.ts. */
const NAME = "lintel-1";

/** A cache of our own, which `fetch` does not use. */
export function responseStore(storage: Pick<CacheStorage, "open">): ResponseStore {
  return {
    match: async (key) => (await storage.open(NAME)).match(key),
    put: async (key, response) => (await storage.open(NAME)).put(key, response),
    delete: async (key) => (await storage.open(NAME)).delete(key),
  };
}
