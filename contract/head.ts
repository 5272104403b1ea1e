/** The pointer to a cluster's current root, where no Durable Object holds the root itself. Not signed: the root is. */
import { canonicalJson } from "./canonical.ts";
import { digestSchema, sha256 } from "./digest.ts";
import { parseAs, parseJson, UnsupportedVersionError } from "./errors.ts";
import type { Root } from "./root.ts";
import * as z from "./schema.ts";
import { CONTRACT_VERSION } from "./version.ts";

export const headSchema = z.strictObject({
  version: z.literal(CONTRACT_VERSION),
  generation: z.int().check(z.minimum(1)),
  /** SHA-256 of the signed root's text. */
  root: digestSchema,
});

export type Head = z.output<typeof headSchema>;

export async function headOf(root: Root, signedRoot: string): Promise<Head> {
  return { version: CONTRACT_VERSION, generation: root.generation, root: await sha256(signedRoot) };
}

export function encodeHead(head: Head): string {
  return canonicalJson(head);
}

/** @throws UnsupportedVersionError | MalformedError */
export function decodeHead(text: string): Head {
  const value = parseAs("head", z.looseObject({ version: z.unknown() }), parseJson("head", text));
  if (value.version !== CONTRACT_VERSION) {
    throw new UnsupportedVersionError("head", value.version, CONTRACT_VERSION);
  }
  return parseAs("head", headSchema, value);
}
