/** Why an edge could not start. Messages name the thing and what to do about it. */

export class EdgeError extends Error {
  override name = "EdgeError";
  /** The option or thing that is wrong: `http 127.0.0.1:80`, `state /var/lib/lintel`. */
  readonly what: string;

  constructor(what: string, problem: string, options?: ErrorOptions) {
    super(`${what}: ${problem}`, options);
    this.what = what;
  }
}

/** An address cannot be listened on. */
export class ListenError extends EdgeError {
  override name = "ListenError";
}

/** The state folder cannot be created, read or written. */
export class StateFolderError extends EdgeError {
  override name = "StateFolderError";
}

/** Another edge uses the state folder now. */
export class StateFolderInUseError extends EdgeError {
  override name = "StateFolderInUseError";
}

export class BundleMissingError extends EdgeError {
  override name = "BundleMissingError";
}

/** workerd did not start, or did not come back. */
export class RuntimeError extends EdgeError {
  override name = "RuntimeError";
}

export class OptionError extends EdgeError {
  override name = "OptionError";
}

/** The system's code of an error (`ENOENT`), where it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
