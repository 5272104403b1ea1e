/** One of the conditions of a route's access, and what it makes of a request. */
import type { MaybePromise } from "../../../snapshot/view.ts";
import type { Problem } from "../../error-page.ts";
import type { Exchange } from "../filter.ts";

/**
 * - `passed`: it lets the request in.
 * - `abstained`: it says nothing against it, which lets it in by itself only where everything else does.
 * - an answer: it keeps the request out, or could not be asked.
 */
export type Verdict = "passed" | "abstained" | Response | Problem;

export interface Check {
  /**
   * Takes out of what the upstream is sent whatever only this check may write there, whether or not it comes to be asked.
   */
  readonly prepare?: (exchange: Exchange) => void;
  readonly ask: (exchange: Exchange) => MaybePromise<Verdict>;
  /** For the response to the client, also where the request was kept out. */
  readonly respond?: (exchange: Exchange, response: Response) => void;
}

export function isAnswer(verdict: Verdict): verdict is Response | Problem {
  return typeof verdict !== "string";
}

/** What a client is told where a check cannot be made: it never lets anybody in. */
export const UNDECIDED: Problem = {
  status: 500,
  detail: "Whether this may be accessed could not be found out.",
};
