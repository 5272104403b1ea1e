import { PublishError } from "./error.ts";

/** Asked directly before everything that changes something elsewhere: who has been told to stop begins nothing more. */
export function requireGoing(signal: AbortSignal | undefined, operation: string): void {
  if (signal?.aborted === true) throw stopped(operation, signal.reason);
}

export function stopped(operation: string, cause: unknown): PublishError {
  return new PublishError({
    operation,
    reason: "stopped",
    problem: "was given up, because the agent stops or no longer leads",
    remedy: "nothing is to be done: who leads next publishes the newest state",
    cause,
  });
}
