/** The keys folder as it is, for the checks: also when it is incomplete. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { KeyFile, KeyFolder } from "../sync-agent/doctor/keys.ts";
import { KEY_FILES, type KeyName } from "./key-files.ts";

export async function readKeyFolder(folder: string): Promise<KeyFolder> {
  const read = (name: KeyName) => readKeyFile(join(folder, KEY_FILES[name]));
  const [signingKey, publicKey, sealingKey, gatewaySecret] = await Promise.all([
    read("signingKey"),
    read("publicKey"),
    read("sealingKey"),
    read("gatewaySecret"),
  ]);
  return { folder, signingKey, publicKey, sealingKey, gatewaySecret };
}

async function readKeyFile(path: string): Promise<KeyFile> {
  try {
    const [text, { mode }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return { path, text: text.trim(), mode };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return { path, text: undefined, mode: 0 };
  }
}
