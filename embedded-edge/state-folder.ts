/**
 * The folder of everything that outlives the process, and the lock that keeps two edges from sharing it.
 *
 * The lock is SQLite's own on an empty database: the system takes it back when the process ends, however it ends,
 * so none is ever left behind.
 */
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errorCode, errorText, StateFolderError, StateFolderInUseError } from "./errors.ts";

export interface StateFolder {
  /** Without symbolic links: one folder has one path. */
  readonly path: string;
  release(): void;
}

/** SQLITE_BUSY: somebody else has the lock. */
const SQLITE_BUSY = 5;

/** @throws StateFolderError | StateFolderInUseError */
export async function openStateFolder(folder: string): Promise<StateFolder> {
  const what = `state ${folder}`;
  let path: string;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    path = await realpath(folder);
  } catch (error) {
    throw new StateFolderError(
      what,
      `cannot be created (${errorCode(error) ?? errorText(error)}); name a folder that this user may create`,
      { cause: error },
    );
  }
  const database = openLockFile(what, join(path, "edge.lock"));
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) {
      throw new StateFolderInUseError(
        what,
        "another edge is using it; stop that one, or name another folder",
        {
          cause: error,
        },
      );
    }
    throw notWritable(what, error);
  }
  return { path, release: () => database.close() };
}

function openLockFile(what: string, file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw notWritable(what, error);
  }
}

function notWritable(what: string, error: unknown): StateFolderError {
  return new StateFolderError(
    what,
    `cannot be written (${errorText(error)}); make it writable for this user, or name another folder`,
    { cause: error },
  );
}
