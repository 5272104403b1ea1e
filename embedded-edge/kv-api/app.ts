/**
 * Cloudflare's KV REST API for one namespace of one account, over the embedded edge's KV
 * (https://developers.cloudflare.com/api/resources/kv/).
 */
import { type Context, Hono } from "hono";
import { type KvFailure, type KvPair, type KvStore, KvStoreError } from "../kv-store/client.ts";
import { errorText } from "../errors.ts";
import type { EdgeLog } from "../options.ts";
import { equalSecrets } from "../secrets.ts";
import { jsonBody, keyOf, limitBody, parseJson, valueOf } from "./body.ts";
import { envelope, failureEnvelope, KV_ERROR, KvApiError } from "./errors.ts";
import {
  checkPair,
  malformed,
  MAX_VALUE_BYTES,
  parseBulkDelete,
  parseBulkRead,
  parseBulkWrite,
  parseExpiration,
  parseListQuery,
} from "./validation.ts";

export const API_BASE = "/client/v4";

export interface KvApiOptions {
  readonly store: KvStore;
  readonly token: string;
  readonly accountId: string;
  readonly namespaceId: string;
  /** Told of every key that was written or deleted, after it was. */
  readonly onWritten: (keys: readonly string[]) => void | Promise<void>;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: EdgeLog;
}

const MAX_BULK_BYTES = 100 * 1024 * 1024;
/** Room for a multipart body's own parts. */
const MAX_MULTIPART_EXTRA = 64 * 1024;

export function kvApi(options: KvApiOptions): Hono {
  const { store, log } = options;
  const seconds = () => Math.floor(options.now() / 1000);
  const app = new Hono();

  app.onError((error, c) => {
    if (error instanceof KvApiError) return c.json(failureEnvelope(error), error.status);
    const isAway = error instanceof KvStoreError;
    log.warn({ error: errorText(isAway ? (error.cause ?? error) : error) }, "the KV API cannot answer");
    const failure = new KvApiError(
      isAway ? 503 : 500,
      KV_ERROR.unavailable,
      "service temporarily unavailable",
    );
    return c.json(failureEnvelope(failure), failure.status, { "Retry-After": "1" });
  });
  app.notFound(() => {
    throw new KvApiError(404, KV_ERROR.noRoute, "No route for the URI");
  });

  app.use(async (c, next) => {
    const given = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined) throw notAuthenticated(401, "no token");
    if (!equalSecrets(given, options.token)) throw notAuthenticated(403, "wrong token");
    await next();
  });

  const namespace = new Hono();
  namespace.use(async (c, next) => {
    if (c.req.param("account") !== options.accountId) {
      throw new KvApiError(404, KV_ERROR.noRoute, "Could not route to this account; check the account id");
    }
    if (c.req.param("namespace") !== options.namespaceId) {
      throw new KvApiError(404, KV_ERROR.namespaceNotFound, "namespace not found");
    }
    await next();
  });

  namespace.get("/", (c) =>
    c.json(envelope({ id: options.namespaceId, title: "lintel", supports_url_encoding: true })),
  );

  const bulkLimit = limitBody(MAX_BULK_BYTES);
  namespace.put("/bulk", bulkLimit, async (c) => {
    const pairs = parseBulkWrite(await jsonBody(c), seconds());
    return c.json(envelope(bulkResult(await write(pairs), pairs.length)));
  });
  const bulkDelete = async (c: Context) => {
    const keys = parseBulkDelete(await jsonBody(c));
    return c.json(envelope(bulkResult(await remove(keys), keys.length)));
  };
  namespace.post("/bulk/delete", bulkLimit, bulkDelete);
  // Its older form, which wrangler used.
  namespace.delete("/bulk", bulkLimit, bulkDelete);
  namespace.post("/bulk/get", bulkLimit, async (c) => {
    const { keys, type, withMetadata } = parseBulkRead(await jsonBody(c));
    const entries = await store.read(keys, withMetadata);
    const values = keys.map((key, i) => {
      const entry = entries[i];
      if (entry === undefined) return [key, null];
      const text = entry.value.toString("utf8");
      const value: unknown =
        type === "json" ? parseJson(text, `the value of key '${key}' is not JSON`) : text;
      if (!withMetadata) return [key, value];
      return [key, { value, metadata: entry.metadata ?? null, expiration: entry.expiration }];
    });
    return c.json(envelope({ values: Object.fromEntries(values) as unknown }));
  });

  namespace.get("/keys", async (c) => {
    const { prefix, limit, cursor } = parseListQuery(c.req.query());
    const page = await store.list({ prefix, limit, cursor });
    return c.json(envelope(page.keys, { count: page.keys.length, cursor: page.cursor ?? "" }));
  });

  namespace.get("/metadata/:key{.+}", async (c) => {
    const entry = await find(keyOf(c, "metadata"));
    return c.json(envelope(entry.metadata ?? null));
  });

  namespace.get("/values/:key{.+}", async (c) => {
    const { value, expiration } = await find(keyOf(c, "values"), true);
    return c.body(new Uint8Array(value), 200, {
      "Content-Type": "application/octet-stream",
      ...(expiration === undefined ? {} : { expiration: String(expiration) }),
    });
  });
  namespace.put("/values/:key{.+}", limitBody(MAX_VALUE_BYTES + MAX_MULTIPART_EXTRA), async (c) => {
    const { expiration, expiration_ttl } = parseExpiration(c.req.query());
    const { value, metadata } = await valueOf(c);
    const pair = {
      key: keyOf(c, "values"),
      value,
      base64: true,
      metadata,
      expiration,
      expirationTtl: expiration_ttl,
    };
    refuseFailure(await write([checkPair(pair, seconds())]));
    return c.json(envelope({}));
  });
  namespace.delete("/values/:key{.+}", async (c) => {
    refuseFailure(await remove([keyOf(c, "values")]));
    return c.json(envelope({}));
  });

  async function find(key: string, expirations = false) {
    const [entry] = await store.read([key], expirations);
    if (entry === undefined) throw new KvApiError(404, KV_ERROR.keyNotFound, "get: 'key not found'");
    return entry;
  }
  async function write(pairs: readonly KvPair[]): Promise<KvFailure[]> {
    return tellWritten(
      pairs.map(({ key }) => key),
      await store.put(pairs),
    );
  }
  async function remove(keys: readonly string[]): Promise<KvFailure[]> {
    return tellWritten(keys, await store.delete(keys));
  }
  async function tellWritten(keys: readonly string[], failures: KvFailure[]): Promise<KvFailure[]> {
    const failed = new Set(failures.map(({ key }) => key));
    const written = keys.filter((key) => !failed.has(key));
    if (written.length > 0) await options.onWritten(written);
    return failures;
  }

  app.route(`${API_BASE}/accounts/:account/storage/kv/namespaces/:namespace`, namespace);
  return app;
}

function bulkResult(failures: readonly KvFailure[], count: number) {
  const failed = failures.map(({ key }) => key);
  return { successful_key_count: count - failed.length, unsuccessful_keys: failed };
}

function refuseFailure([failure]: readonly KvFailure[]): void {
  if (failure !== undefined) throw malformed(failure.message);
}

function notAuthenticated(status: 401 | 403, problem: string): KvApiError {
  return new KvApiError(status, KV_ERROR.authentication, `Authentication error: ${problem}`);
}
