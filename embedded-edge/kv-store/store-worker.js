/**
 * A Worker beside ours in the same workerd, bound to the same KV namespace: through it the Node side of the edge
 * reads and writes KV (client.ts has the other end). Plain JavaScript, because workerd loads this file as it is.
 *
 * POST /read   {keys, expirations}     -> {entries: [null | {value (base64), metadata, expiration}]}
 * POST /write  {puts, deletes}         -> {failed: [{key, message}]}
 * POST /list   {prefix, limit, cursor} -> {keys, cursor}
 *
 * @typedef {{ name: string, expiration?: number, metadata?: unknown }} Key
 * @typedef {{ metadata?: unknown, expiration?: number, expirationTtl?: number }} PutOptions
 * @typedef {PutOptions & { key: string, value: string, base64?: boolean }} Put
 * @typedef {{ prefix: string, limit: number, cursor?: string }} Query
 * @typedef {{
 *   getWithMetadata(key: string, type: "arrayBuffer"): Promise<{ value: ArrayBuffer | null, metadata: unknown }>,
 *   list(query: Query): Promise<{ keys: Key[], list_complete: boolean, cursor?: string }>,
 *   put(key: string, value: string | Uint8Array, options: PutOptions): Promise<void>,
 *   delete(key: string): Promise<void>,
 * }} Kv
 */

/** Newer than the type declarations that this file is checked with. */
const Base64 = /** @type {{ fromBase64(text: string): Uint8Array }} */ (/** @type {unknown} */ (Uint8Array));

export default {
  /**
   * @param {Request} request
   * @param {{ KV: Kv, SECRET: string }} env
   */
  async fetch(request, env) {
    if (request.headers.get("authorization") !== env.SECRET) return new Response(null, { status: 403 });
    const body =
      /** @type {Query & { keys: string[], expirations: boolean, puts: Put[], deletes: string[] }} */ (
        await request.json()
      );
    switch (new URL(request.url).pathname) {
      case "/read":
        return Response.json({
          entries: await Promise.all(body.keys.map((key) => read(env.KV, key, body.expirations))),
        });
      case "/write":
        return Response.json({ failed: await write(env.KV, body.puts, body.deletes) });
      case "/list":
        return Response.json(await list(env.KV, body));
      default:
        return new Response(null, { status: 404 });
    }
  },
};

/**
 * @param {Kv} kv
 * @param {string} key
 * @param {boolean} expirations
 */
async function read(kv, key, expirations) {
  const [{ value, metadata }, expiration] = await Promise.all([
    kv.getWithMetadata(key, "arrayBuffer"),
    expirations ? expirationOf(kv, key) : undefined,
  ]);
  if (value === null) return null;
  const bytes = /** @type {{ toBase64(): string }} */ (/** @type {unknown} */ (new Uint8Array(value)));
  return { value: bytes.toBase64(), metadata: metadata ?? undefined, expiration };
}

/**
 * The binding tells it only in listings, where the key itself is the first with its own prefix.
 *
 * @param {Kv} kv
 * @param {string} key
 */
async function expirationOf(kv, key) {
  const { keys } = await kv.list({ prefix: key, limit: 1 });
  return keys[0]?.name === key ? keys[0].expiration : undefined;
}

/**
 * @param {Kv} kv
 * @param {Put[]} puts
 * @param {string[]} deletes
 */
async function write(kv, puts, deletes) {
  /**
   * @param {string} key
   * @param {() => Promise<void>} act
   */
  const attempt = async (key, act) => {
    try {
      await act();
      return undefined;
    } catch (error) {
      return { key, message: error instanceof Error ? error.message : String(error) };
    }
  };
  const outcomes = await Promise.all([
    ...puts.map(({ key, value, base64, ...options }) =>
      attempt(key, () => kv.put(key, base64 ? Base64.fromBase64(value) : value, options)),
    ),
    ...deletes.map((key) => attempt(key, () => kv.delete(key))),
  ]);
  return outcomes.filter((outcome) => outcome !== undefined);
}

/**
 * @param {Kv} kv
 * @param {Query} query
 */
async function list(kv, { prefix, limit, cursor }) {
  const page = await kv.list({ prefix, limit, cursor });
  return { keys: page.keys, cursor: page.list_complete ? undefined : page.cursor };
}
