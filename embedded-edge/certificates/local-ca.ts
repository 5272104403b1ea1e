/** The authority that signs for names without a certificate of their own, kept in the state folder. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorText, StateFolderError } from "../errors.ts";
import type { EdgeLog } from "../options.ts";
import { type Authority, issueAuthority, type KeyPair, openAuthority } from "./issue.ts";

export interface LocalAuthority extends Authority {
  /** Path of the certificate, for clients to trust. */
  readonly file: string;
}

const RENEW_BEFORE_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * Opens the authority, or creates it: the first time, when it is about to expire, and when its files do not fit
 * each other (a crash came between them).
 *
 * @param now milliseconds since 1970
 * @throws StateFolderError
 */
export async function openLocalAuthority(state: string, now: number, log: EdgeLog): Promise<LocalAuthority> {
  const files = { cert: join(state, "ca.crt"), key: join(state, "ca.key") };
  try {
    const kept = await readPair(files);
    if (kept !== undefined && isUsable(kept, now, files.cert, log)) {
      return { ...(await openAuthority(kept)), file: files.cert };
    }
    const pair = await issueAuthority(now);
    await replace(files.key, pair.key, 0o600);
    await replace(files.cert, pair.cert, 0o644);
    log.info(
      { file: files.cert },
      "created the local certificate authority; trust this file to avoid warnings",
    );
    return { ...(await openAuthority(pair)), file: files.cert };
  } catch (error) {
    throw new StateFolderError(
      files.cert,
      `the local authority cannot be kept (${errorText(error)}); make ca.crt and ca.key readable and writable`,
      { cause: error },
    );
  }
}

async function readPair(files: { cert: string; key: string }): Promise<KeyPair | undefined> {
  try {
    return { cert: await readFile(files.cert, "utf8"), key: await readFile(files.key, "utf8") };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isUsable(pair: KeyPair, now: number, file: string, log: EdgeLog): boolean {
  try {
    const certificate = new X509Certificate(pair.cert);
    if (!certificate.ca || !certificate.checkPrivateKey(createPrivateKey(pair.key))) {
      log.warn(
        { file },
        "the local authority's certificate and key do not belong together; creating new ones",
      );
      return false;
    }
    if (Date.parse(certificate.validTo) - now >= RENEW_BEFORE_MS) return true;
    log.warn(
      { file, until: certificate.validTo },
      "the local authority is about to expire; creating a new one",
    );
    return false;
  } catch (error) {
    log.warn({ file, error: errorText(error) }, "the local authority cannot be read; creating a new one");
    return false;
  }
}

/** Whole or not at all. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.new`;
  await writeFile(temporary, text, { mode });
  // The mode given above is cut by the process's umask, and not applied to a file that was left over.
  await chmod(temporary, mode);
  await rename(temporary, file);
}
