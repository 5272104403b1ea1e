/** Exit codes: 0 done, 1 it failed, 2 it was called wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A failure that the person at the keyboard can do something about: shown as it is, without a stack. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** A call that cannot mean anything, found out after the flags were read one by one. */
export class UsageError extends CommandError {
  override name = "UsageError";
}
