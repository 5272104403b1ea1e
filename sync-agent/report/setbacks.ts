/** What the API server may answer to a report, and how the log tells of it: each kind of trouble once. */
import { KubeError } from "../kubernetes/client.ts";
import type { Logger } from "./logger.ts";

/**
 * - `gone`: the object, or its namespace, does not exist any more.
 * - `conflict`: somebody else wrote meanwhile, or it exists already.
 * - `forbidden`: a permission is missing.
 * - `refused`: an admission policy, a quota, or a namespace that is being deleted: about this one object only.
 * - `invalid`: the server takes no such object.
 * - `failed`: the server made a mistake over this one object; a webhook that is down looks like this.
 * - `unavailable`: there was no answer, or one that says that now is not the time for any request.
 */
export type Setback = "gone" | "conflict" | "forbidden" | "refused" | "invalid" | "failed" | "unavailable";

/** When that object is tried again, in milliseconds. `unavailable` is about all of them. */
export const TRY_AGAIN_MS: Readonly<Record<Exclude<Setback, "gone" | "unavailable">, number>> = {
  conflict: 5000,
  // A permission comes back when somebody grants it.
  forbidden: 30_000,
  failed: 30_000,
  // What is not taken is not made better by trying.
  refused: 600_000,
  invalid: 600_000,
};

export function setbackOf(error: unknown): Setback {
  if (!(error instanceof KubeError)) return "invalid";
  switch (error.status) {
    case 404:
    case 410:
      return "gone";
    case 409:
      return "conflict";
    case 403:
      // What RBAC refuses is said in these words; admission plugins have their own.
      return / cannot \w+ resource /.test(error.message) ? "forbidden" : "refused";
    case 500:
      return "failed";
    case undefined:
    case 401:
    case 429:
      return "unavailable";
    default:
      return error.status > 500 ? "unavailable" : "invalid";
  }
}

/** Collects the troubles of one go over a report. */
export interface Setbacks {
  add(kind: Setback, error: unknown): void;
  has(kind: Setback): boolean;
  /**
   * Logs the kinds that are new and, when everything was tried, those that are over.
   *
   * @param isWhole whether everything was tried.
   */
  conclude(isWhole: boolean): void;
}

/**
 * @param what is being done: `write the status of Ingresses`.
 * @param permission for when it is missing: `patch on ingresses/status …`.
 */
export function createSetbackLog(log: Logger, what: string, permission: string): () => Setbacks {
  let standing: ReadonlySet<Setback> = new Set();

  function say(kind: Setback, { error, count }: { readonly error: unknown; readonly count: number }): void {
    const message = error instanceof Error ? error.message : String(error);
    const more = count === 1 ? "" : ` (and ${count - 1} more)`;
    if (kind === "forbidden") {
      const remedy = `the agent's service account needs ${permission}`;
      log.error({ remedy }, `may not ${what}: ${message}${more}; ${remedy}; trying on`);
    } else if (kind === "invalid") {
      log.error({ err: error }, `could not ${what}: ${message}${more}`);
    } else {
      log.warn({}, `could not ${what}: ${message}${more}`);
    }
  }

  return () => {
    const found = new Map<Setback, { error: unknown; count: number }>();
    return {
      add(kind, error) {
        const before = found.get(kind);
        if (before === undefined) found.set(kind, { error, count: 1 });
        else before.count += 1;
      },
      has: (kind) => found.has(kind),
      conclude(isWhole) {
        for (const [kind, first] of found) if (!standing.has(kind)) say(kind, first);
        if (!isWhole) {
          standing = new Set([...standing, ...found.keys()]);
          return;
        }
        if (standing.size > 0 && found.size === 0) log.info({}, `can ${what} again`);
        standing = new Set(found.keys());
      },
    };
  };
}
