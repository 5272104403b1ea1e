import { EXTENDED_ERROR } from "../../worker/dns/wire/codes.ts";

/**
 * - `unreachable`: no connection, or no answer over it in time.
 * - `failing`: a failure of the resolver's own (HTTP 5xx, 429).
 * - `prohibited`: it does not let us ask (401, 403).
 * - `unusable`: what answers under that URL is no DoH resolver, or its answer no answer.
 * - `busy`: too much is under way already; nobody was asked.
 */
export type UpstreamProblem = "unreachable" | "failing" | "prohibited" | "unusable" | "busy";

const CODES: Readonly<Record<UpstreamProblem, number>> = {
  unreachable: EXTENDED_ERROR.NETWORK_ERROR,
  failing: EXTENDED_ERROR.OTHER,
  prohibited: EXTENDED_ERROR.PROHIBITED,
  unusable: EXTENDED_ERROR.INVALID_DATA,
  busy: EXTENDED_ERROR.OTHER,
};

/** No resolver answered. The message names the resolver's host and never its URL, which may hold a token. */
export class UpstreamError extends Error {
  override name = "UpstreamError";
  readonly problem: UpstreamProblem;
  /** Short enough for an extended error. */
  readonly summary: string;

  constructor(problem: UpstreamProblem, summary: string, detail = "", options: ErrorOptions = {}) {
    super(detail === "" ? summary : `${summary}: ${detail}`, options);
    this.problem = problem;
    this.summary = summary;
  }

  get extendedCode(): number {
    return CODES[this.problem];
  }
}
