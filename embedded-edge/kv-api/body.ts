/** What requests to the KV API carry. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { KvApiError } from "./errors.ts";
import { checkKey, malformed, tooLarge } from "./validation.ts";

/** Refuses bodies of more bytes. */
export function limitBody(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw tooLarge(`the request exceeds the limit of ${maxSize} bytes`);
    },
  });
}

export async function jsonBody(c: Context): Promise<unknown> {
  return parseJson(await c.req.text(), "the request is not JSON");
}

export function parseJson(text: string, problem: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(problem);
  }
}

/** The value in base64, and metadata, of a raw body or of multipart/form-data. */
export async function valueOf(c: Context): Promise<{ value: string; metadata: unknown }> {
  if (!/^multipart\/form-data/i.test(c.req.header("content-type") ?? "")) {
    return { value: base64(await c.req.arrayBuffer()), metadata: undefined };
  }
  const form = await c.req.formData();
  const value = form.get("value");
  if (value === null) throw malformed("the form has no part 'value'");
  const metadata = form.get("metadata");
  const text = metadata === null || typeof metadata === "string" ? metadata : await metadata.text();
  return {
    value: base64(typeof value === "string" ? Buffer.from(value) : await value.arrayBuffer()),
    metadata: text === null || text === "" ? undefined : parseJson(text, "the part 'metadata' is not JSON"),
  };
}

function base64(bytes: ArrayBuffer | Buffer): string {
  return (bytes instanceof ArrayBuffer ? Buffer.from(bytes) : bytes).toString("base64");
}

/** The key as the path has it, percent-decoded once. */
export function keyOf(c: Context, collection: "values" | "metadata"): string {
  const path = new URL(c.req.url).pathname;
  const start = path.indexOf(`/${collection}/`, path.indexOf("/namespaces/") + "/namespaces/".length);
  try {
    return checkKey(decodeURIComponent(path.slice(start + collection.length + 2)));
  } catch (error) {
    throw error instanceof KvApiError ? error : malformed("the key is not valid percent-encoding");
  }
}
