/** `/purge`: where `lintel purge` empties caches. The signature is the authorization, as for the head. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import {
  ContractError,
  decodePurge,
  type Purge,
  PURGE_TOLERANCE_MS,
  type PurgeScope,
  type Verifier,
} from "../../contract/index.ts";
import { normalisePath } from "../ingress/path.ts";
import { errorText } from "../log.ts";

export interface PurgeOptions {
  readonly cluster: string;
  readonly verifier: Promise<Verifier>;
  /** Follows an order for all isolates; `undefined` where there is nothing that they all read. */
  readonly follow: ((scope: PurgeScope, signed: number) => Promise<void>) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const MAX_ORDER_BYTES = 16 * 1024;

/**
 * POST of a signed order answers 200 `{purged: {host, path, prefix}}` once it is kept, 422 when it does not verify, is
 * another cluster's or too old, and 501 where the edge has no Durable Object.
 */
export function purgeEndpoint({ cluster, verifier, follow, now }: PurgeOptions): Hono {
  const app = new Hono();
  app.post("/", bodyLimit({ maxSize: MAX_ORDER_BYTES }), async (c) => {
    const text = await c.req.text();
    let purge: Purge;
    try {
      purge = await decodePurge(text, await verifier);
    } catch (error) {
      if (error instanceof ContractError) return c.json({ error: errorText(error) }, 422);
      throw error;
    }
    if (purge.cluster !== cluster) {
      return c.json({ error: `the order is for cluster ${purge.cluster}, this edge serves ${cluster}` }, 422);
    }
    if (Math.abs(now() - purge.time) > PURGE_TOLERANCE_MS) {
      return c.json({ error: "the order's time is not now: check the clock of the machine that signs" }, 422);
    }
    const path = purge.path === undefined ? undefined : matchedPath(purge.path);
    if (path === null) return c.json({ error: "the path is malformed" }, 422);
    if (follow === undefined) {
      return c.json({ error: "this edge has no Durable Object bound (HEAD) that would tell all of it" }, 501);
    }
    const { host, prefix } = purge;
    const scope = { ...(host && { host }), ...(path && { path }), ...(prefix && { prefix }) };
    await follow(scope, purge.time);
    return c.json({ purged: scope });
  });
  app.all("/", (c) => c.text("405 Method Not Allowed\n", 405, { allow: "POST" }));
  return app;
}

/** In the form in which requests' paths are matched; `null` for what is none. */
function matchedPath(path: string): string | null {
  const url = URL.parse(path, "http://edge.invalid");
  return (url && normalisePath(url.pathname)) ?? null;
}
