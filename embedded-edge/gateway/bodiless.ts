/** Requests without a body over plain HTTP, nearly all of them: over connections that make nothing for each but its text. */
import type { Writable } from "node:stream";
import { errorText } from "../errors.ts";
import type { Asked, BodilessConnections, BreakCause, Exchange } from "../http/bodiless-connections.ts";
import type { RawFields } from "../http/fields.ts";
import { headText } from "../http/head-text.ts";
import { PiecesOn } from "../http/pieces-on.ts";
import type { UpstreamAnswer } from "./answer.ts";
import { GatewayError } from "./fault.ts";
import type { RequestLimits } from "./limits.ts";
import { StaleConnectionError, type UpstreamRequest } from "./upstream.ts";

/**
 * Sends a request to an address, and waits for the head of the answer.
 *
 * @param isKept whether it may take a kept connection, and leave its own to others
 * @throws GatewayError | StaleConnectionError
 */
export function askBodiless(
  host: string,
  { port, method, path, fields, waiting }: UpstreamRequest,
  connections: BodilessConnections,
  isKept: boolean,
  limits: RequestLimits,
): Promise<UpstreamAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamAnswer>();
  const answer = new BodilessAnswer(resolve, reject, () => asked.resume());
  const text = headText(method, path, fields, ["Connection", isKept ? "keep-alive" : "close"]);
  const asked: Asked = connections.ask({ host, port, method, text, limits }, !isKept, answer);
  waiting.onGivenUp(() => {
    asked.abandon();
    reject(new GatewayError("reset", "nobody waits for the answer any more"));
  });
  return promise;
}

/** An answer whose body is kept until it is known where it goes, which is at once. */
class BodilessAnswer implements UpstreamAnswer, Exchange {
  statusCode = 0;
  statusMessage = "";
  rawHeaders: RawFields = [];
  readonly #resolve: (answer: UpstreamAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #resume: () => void;
  #early: Buffer[] = [];
  #isComplete = false;
  #isBroken = false;
  #to: Writable | undefined;
  #pieces: PiecesOn | undefined;

  constructor(resolve: (answer: UpstreamAnswer) => void, reject: (error: Error) => void, resume: () => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#resume = resume;
  }

  head(status: number, message: string, fields: RawFields): void {
    this.statusCode = status;
    this.statusMessage = message;
    this.rawHeaders = fields;
    this.#resolve(this);
  }

  body(octets: Buffer): void {
    if (this.#pieces === undefined) this.#early.push(octets);
    else this.#pieces.body(octets);
  }

  read(isComplete: boolean): boolean {
    this.#isComplete = isComplete;
    return this.#pieces?.read(isComplete) ?? true;
  }

  broken(error: Error, cause: BreakCause): void {
    this.#isBroken = true;
    this.#to?.destroy();
    this.#reject(faultOf(error, cause));
  }

  passTo(to: Writable, sendHead: () => void): void {
    this.#to = to;
    if (this.#isBroken) {
      to.destroy();
      return;
    }
    const pieces = new PiecesOn(to, sendHead, this.#resume);
    this.#pieces = pieces;
    for (const octets of this.#early) pieces.body(octets);
    this.#early = [];
    pieces.read(this.#isComplete);
  }
}

function faultOf(error: Error, cause: BreakCause): Error {
  const options = { cause: error };
  const problem = errorText(error);
  switch (cause) {
    case "unconnected":
      return new GatewayError("dial", `the upstream cannot be reached: ${problem}`, options);
    case "silent":
      return new GatewayError("timeout", "the upstream did not answer in time", options);
    case "stale":
      return new StaleConnectionError(problem, options);
    case "broken":
      return new GatewayError("reset", `the connection to the upstream broke: ${problem}`, options);
  }
}
