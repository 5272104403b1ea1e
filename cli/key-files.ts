/** The keys of a deployment, as files: written by `lintel keys`, read by its other commands. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { generateSealingKey, generateSigningPair } from "../contract/index.ts";
import { CommandError } from "./exit.ts";

/** Who needs what: the agent all but the gateway's secret, the edge all but the signing key. */
export const KEY_FILES = {
  /** Ed25519 private key, PKCS #8 PEM. Whoever holds it decides what the edge serves. */
  signingKey: "signing.key",
  /** Its public half, base64. */
  publicKey: "signing.pub",
  /** AES-256, base64. Opens the TLS keys in snapshots. */
  sealingKey: "sealing.key",
  /** Shared by the edge and its origin gateway. */
  gatewaySecret: "gateway.secret",
} as const;

const FILES: readonly string[] = Object.values(KEY_FILES);

export type KeyName = keyof typeof KEY_FILES;
export type Keys = Record<KeyName, string>;

/**
 * Creates all four in a folder, all or none: they are written beside it, and come to their place at once.
 *
 * @throws CommandError when the folder holds one of them already (keys are not replaced by mistake), or cannot be written.
 */
export async function createKeys(folder: string): Promise<string[]> {
  const { privateKey, publicKey } = await generateSigningPair();
  const keys: Keys = {
    signingKey: privateKey,
    publicKey: `${publicKey}\n`,
    sealingKey: `${generateSealingKey()}\n`,
    gatewaySecret: `${randomBytes(32).toString("base64url")}\n`,
  };
  const target = resolve(folder);
  try {
    const present = (await filesIn(target)).find((file) => FILES.includes(file));
    if (present !== undefined) {
      throw new CommandError(
        `${join(folder, present)} is there already; name another folder, or remove the old keys`,
      );
    }
    await mkdir(target, { recursive: true, mode: 0o700 });
    const names = Object.keys(KEY_FILES) as KeyName[];
    const drafts = await mkdtemp(join(target, ".new-"));
    for (const name of names) await writeSynced(join(drafts, KEY_FILES[name]), keys[name]);
    // The signing key comes last: where it is, all are.
    for (const name of names.toReversed()) {
      await rename(join(drafts, KEY_FILES[name]), join(target, KEY_FILES[name]));
    }
    await rmdir(drafts);
    return names.map((name) => join(folder, KEY_FILES[name]));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`keys cannot be written to ${folder}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The keys of a folder, created first when it has no signing key. What a creation that was cut off left is replaced. */
export async function ensureKeys(folder: string): Promise<Keys> {
  const present = await filesIn(resolve(folder));
  if (!present.includes(KEY_FILES.signingKey)) {
    const left = present.filter((file) => FILES.includes(file) || file.startsWith(".new-"));
    for (const file of left) await rm(join(folder, file), { recursive: true });
    await createKeys(folder);
  }
  return readKeys(folder, Object.keys(KEY_FILES) as KeyName[]);
}

/** @throws CommandError naming the first file that is missing, and the remedy. */
export async function readKeys<N extends KeyName>(
  folder: string,
  names: readonly N[],
): Promise<Pick<Keys, N>> {
  const entries: [N, string][] = [];
  // One after the other: which of several missing files is named is no race.
  for (const name of names) entries.push([name, await readKeyFile(folder, name)]);
  return Object.fromEntries(entries) as Pick<Keys, N>;
}

async function readKeyFile(folder: string, name: KeyName): Promise<string> {
  const path = join(folder, KEY_FILES[name]);
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new CommandError(`${path} cannot be read; \`lintel keys --out ${folder}\` creates it`, { cause });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new CommandError(`${folder} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
