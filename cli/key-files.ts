/** The keys of a deployment, as files: written by `lintel keys`, read by its other commands. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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

export type KeyName = keyof typeof KEY_FILES;
export type Keys = Record<KeyName, string>;

/** Creates all four in a folder. @throws CommandError when one of them is there already: keys are not replaced by mistake. */
export async function createKeys(folder: string): Promise<string[]> {
  const { privateKey, publicKey } = await generateSigningPair();
  const keys: Keys = {
    signingKey: privateKey,
    publicKey: `${publicKey}\n`,
    sealingKey: `${generateSealingKey()}\n`,
    gatewaySecret: `${randomBytes(32).toString("base64url")}\n`,
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const present = (
    await Promise.all(Object.values(KEY_FILES).map((file) => exists(join(folder, file))))
  ).indexOf(true);
  if (present !== -1) {
    throw new CommandError(
      `--out ${folder}: ${Object.values(KEY_FILES)[present]} is there already; name another folder, or remove the old keys`,
    );
  }
  const names = Object.keys(KEY_FILES) as KeyName[];
  return Promise.all(names.map((name) => writeNew(join(folder, KEY_FILES[name]), keys[name])));
}

/** The keys of a folder, created first when it has none at all. */
export async function ensureKeys(folder: string): Promise<Keys> {
  const files = Object.values(KEY_FILES);
  const present = await Promise.all(files.map((file) => exists(join(folder, file))));
  if (!present.includes(true)) await createKeys(folder);
  return readKeys(folder, Object.keys(KEY_FILES) as KeyName[]);
}

/** @throws CommandError naming the file that is missing, and the remedy. */
export async function readKeys<N extends KeyName>(
  folder: string,
  names: readonly N[],
): Promise<Pick<Keys, N>> {
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, KEY_FILES[name]);
      try {
        return [name, (await readFile(path, "utf8")).trim()] as const;
      } catch (cause) {
        throw new CommandError(`${path} cannot be read; \`lintel keys --out ${folder}\` creates it`, {
          cause,
        });
      }
    }),
  );
  return Object.fromEntries(entries) as Pick<Keys, N>;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function writeNew(path: string, text: string): Promise<string> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    // A crash must not leave an empty key behind.
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}
