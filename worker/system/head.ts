/**
 * `/head`: where an agent reads and moves a cluster's head. The signature is the authorization: whoever holds the
 * signing key may publish, nobody else, and nobody may go backwards.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ContractError } from "../../contract/index.ts";
import { errorText } from "../log.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { Offer, SnapshotReader } from "../snapshot/reader.ts";

/** Where the head is kept for all isolates. */
export interface HeadStore {
  /** The signed root's text, or `undefined` before the first. Rejects when it cannot be reached. */
  read(): Promise<string | undefined>;
  /** Keeps a verified root, unless it has a newer one. Rejects when it cannot be reached. */
  offer(generation: number, text: string): Promise<Offer>;
}

/** A root names a digest of 64 digits for every 64 KiB of a cluster's records: this is room for 800 MiB of them. */
const MAX_ROOT_BYTES = 1024 * 1024;

/**
 * GET answers the signed root, or 404. PUT of a signed root answers 200 `{generation}` when it is the head now, 409
 * when there is a newer one, 422 when it does not verify, 503 when its shards are not to be read yet. Both answer 503 while
 * the store cannot be reached.
 */
export function headEndpoint(reader: SnapshotReader, heads: HeadStore): Hono {
  const app = new Hono();
  app.get("/", async (c) => {
    try {
      const text = await reached(heads.read());
      if (text === undefined) return c.text("no root has been published yet\n", 404);
      return c.text(text, 200, { "cache-control": "no-store" });
    } catch (error) {
      if (error instanceof SnapshotUnavailableError) return c.json({ error: errorText(error) }, 503);
      throw error;
    }
  });
  app.on(["POST", "DELETE", "PATCH"], "/", (c) =>
    c.text("405 Method Not Allowed\n", 405, { allow: "GET, HEAD, PUT" }),
  );
  app.put("/", bodyLimit({ maxSize: MAX_ROOT_BYTES }), async (c) => {
    const text = await c.req.text();
    try {
      const root = await reader.verify(text);
      // First this isolate, which need not wait for its next look then: it sees whether the shards are there.
      const outcomes = [await reader.offer(text), await reached(heads.offer(root.generation, text))];
      if (outcomes.includes("older")) return c.json({ error: "a newer generation is the head" }, 409);
      return c.json({ generation: root.generation });
    } catch (error) {
      if (error instanceof ContractError) return c.json({ error: errorText(error) }, 422);
      if (error instanceof SnapshotUnavailableError) return c.json({ error: errorText(error) }, 503);
      throw error;
    }
  });
  return app;
}

async function reached<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const problem = `the Durable Object of the head cannot be reached (${errorText(cause)}); try again`;
    throw new SnapshotUnavailableError(problem, { cause });
  }
}
