/** No snapshot, or a part of it that a request needs, can be had now. Answered with 503 (SERVFAIL in DNS). */
export class SnapshotUnavailableError extends Error {
  override name = "SnapshotUnavailableError";
}
