/** The stub cannot be started as it was told: names what is wrong and what to do about it. */
export class StubError extends Error {
  override name = "StubError";
}
