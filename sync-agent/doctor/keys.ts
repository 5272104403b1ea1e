/** The keys folder: complete, of one pair, and read by nobody else. */
import {
  type Bytes,
  ContractError,
  loadSealer,
  loadSigner,
  loadVerifier,
  type Signer,
  utf8,
  type Verifier,
} from "../../contract/index.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";

export interface KeyFile {
  readonly path: string;
  /** `undefined` for a file that cannot be read. */
  readonly text: string | undefined;
  /** Permission bits. */
  readonly mode: number;
}

export interface KeyFolder {
  readonly folder: string;
  readonly signingKey: KeyFile;
  readonly publicKey: KeyFile;
  readonly sealingKey: KeyFile;
  readonly gatewaySecret: KeyFile;
}

export async function checkKeys(keys: KeyFolder): Promise<Finding[]> {
  return [checkComplete(keys), checkModes(keys), await checkPair(keys), await checkSealing(keys)];
}

function checkComplete({ folder, signingKey, publicKey, sealingKey, gatewaySecret }: KeyFolder): Finding {
  const name = "keys complete";
  const missing = [signingKey, publicKey, sealingKey].filter(({ text }) => text === undefined);
  if (missing.length > 0) {
    const paths = missing.map(({ path }) => path).join(", ");
    return fail(
      name,
      `${paths} cannot be read`,
      `create all keys with \`lintel keys --out ${folder}\`, or give --keys the folder that holds them`,
    );
  }
  if (gatewaySecret.text === undefined) {
    return warn(
      name,
      `${gatewaySecret.path} cannot be read; the agent does not need it, edge and origin gateway do`,
      "use the folder that `lintel keys` wrote to check these as well",
    );
  }
  return ok(name, folder);
}

function checkModes({ signingKey, sealingKey, gatewaySecret }: KeyFolder): Finding {
  const name = "keys private";
  const open = [signingKey, sealingKey, gatewaySecret].filter(
    ({ text, mode }) => text !== undefined && (mode & 0o077) !== 0,
  );
  if (open.length === 0) return ok(name, "for their owner alone");
  const files = open.map(({ path, mode }) => `${path} (${(mode & 0o777).toString(8).padStart(4, "0")})`);
  const remedy = `chmod 0600 ${open.map(({ path }) => path).join(" ")}`;
  return warn(name, `others may use ${files.join(", ")}`, remedy);
}

async function checkPair({ signingKey, publicKey }: KeyFolder): Promise<Finding> {
  const name = "keys pair";
  if (signingKey.text === undefined || publicKey.text === undefined) return skip(name, "a key is missing");
  const remedy = "take signing.key and signing.pub from one run of `lintel keys`";
  try {
    const signer = await loadSigner(signingKey.text);
    const verifier = await loadVerifier(publicKey.text);
    if (await fit(signer, verifier)) return ok(name, "signing.pub is the public half of signing.key");
    return fail(name, "signing.pub is not the public half of signing.key", remedy);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return fail(name, error.message, remedy);
  }
}

async function fit(signer: Signer, verifier: Verifier): Promise<boolean> {
  const bytes: Bytes = utf8("lintel doctor");
  return verifier.verify(bytes, await signer.sign(bytes));
}

async function checkSealing({ folder, sealingKey }: KeyFolder): Promise<Finding> {
  const name = "sealing key";
  if (sealingKey.text === undefined) return skip(name, "it is missing");
  try {
    await loadSealer(sealingKey.text);
    return ok(name, "can be used");
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return fail(
      name,
      error.message,
      `take sealing.key as \`lintel keys\` wrote it, for ${folder} and the edge alike`,
    );
  }
}
