import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { errorCode } from "./error.ts";
import type { Position, Unreadable } from "./parse.ts";
import { fingerprintOf } from "./walk.ts";

/** Larger files are refused: the parser would hold up everything else for seconds. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * How long (milliseconds) after a change a file may change again without its times showing it: they are as coarse as
 * the kernel's clock tick, or as some file systems.
 */
const COARSE_MILLIS = 50;

export type FileReading =
  | { readonly outcome: "read"; readonly text: string; readonly fingerprint: string | undefined }
  | {
      readonly outcome: "unreadable";
      readonly problem: Unreadable;
      readonly fingerprint: string | undefined;
    }
  | { readonly outcome: "gone" };

/**
 * A manifest file's text.
 *
 * @param now milliseconds since 1970; a file changed just before gets no fingerprint, so that it is read again.
 */
export async function readManifestFile(path: string, now: () => number): Promise<FileReading> {
  try {
    await using file = await open(path);
    const before = await file.stat({ bigint: true });
    if (before.size > MAX_FILE_BYTES) {
      const message = `is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`;
      const problem = { position: undefined, message, remedy: "Split it into several files." };
      return { outcome: "unreadable", problem, fingerprint: fingerprintOf(before) };
    }
    const bytes = await file.readFile();
    const after = fingerprintOf(await file.stat({ bigint: true }));
    const lastChange = Number(
      (before.ctimeNs > before.mtimeNs ? before.ctimeNs : before.mtimeNs) / 1_000_000n,
    );
    const steady = after === fingerprintOf(before) && now() - lastChange > COARSE_MILLIS;
    const fingerprint = steady ? after : undefined;
    const text = new TextDecoder().decode(bytes);
    if (isUtf8(bytes)) return { outcome: "read", text, fingerprint };
    const problem = {
      position: positionOf(text, "\uFFFD"),
      message: "is not UTF-8",
      remedy: "Save it as UTF-8.",
    };
    return { outcome: "unreadable", problem, fingerprint };
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return { outcome: "gone" };
    const message = `cannot be read (${code})`;
    const problem = { position: undefined, message, remedy: "Let the agent's user read it." };
    return { outcome: "unreadable", problem, fingerprint: undefined };
  }
}

function positionOf(text: string, part: string): Position {
  const lines = text.slice(0, Math.max(text.indexOf(part), 0)).split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
