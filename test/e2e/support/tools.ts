/** Programs from PATH that the tests run as clients. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** CI installs them; a machine that tries the project out need not have them. */
export function isMissing(program: string): boolean {
  return process.env["CI"] === undefined && !isInPath(program);
}

function isInPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What it prints, errors last, however it ends: dig ends with 9 when nobody answers. */
export async function output(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 30_000 });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout?: string; stderr?: string; code?: unknown };
    if (typeof code === "number" && stdout !== undefined) return stdout + (stderr ?? "");
    throw error;
  }
}
