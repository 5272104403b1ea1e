/** What a check of a setup finds. */

/** `skip`: it could not be looked at, or did not apply. */
export type Outcome = "ok" | "warn" | "fail" | "skip";

export interface Finding {
  /** What was looked at: `api token`. */
  readonly name: string;
  readonly outcome: Outcome;
  /** What was found, in a line. */
  readonly detail: string;
  /** What to do about it, for `warn` and `fail`; for `skip` what it would take, where that is of use. */
  readonly remedy: string | undefined;
}

export function ok(name: string, detail: string): Finding {
  return { name, outcome: "ok", detail, remedy: undefined };
}

export function warn(name: string, detail: string, remedy: string): Finding {
  return { name, outcome: "warn", detail, remedy };
}

export function fail(name: string, detail: string, remedy: string): Finding {
  return { name, outcome: "fail", detail, remedy };
}

export function skip(name: string, detail: string, remedy?: string): Finding {
  return { name, outcome: "skip", detail, remedy };
}

/** An error that knows its remedy, as PublishError, CertificateStoreError, KubeError and KubeConfigError do. */
interface Explained extends Error {
  readonly remedy: string;
}

/** The finding that an error stands for. Its message repeats the remedy, which has a place of its own here. */
export function failed(name: string, error: Explained): Finding {
  const detail = error.message.replace(`; ${error.remedy}`, "");
  return fail(name, detail, error.remedy);
}
