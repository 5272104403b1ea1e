/** The manifests cannot be served at all. The message names the path, what is wrong, and the remedy. */
export class ManifestSourceError extends Error {
  override name = "ManifestSourceError";
  readonly path: string;
  readonly remedy: string;

  constructor(path: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${path}: ${problem} ${remedy}`, options);
    this.path = path;
    this.remedy = remedy;
  }
}

/** The code of an error of the operating system (`ENOENT`), or its class's name. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
