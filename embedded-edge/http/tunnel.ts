import type { Duplex } from "node:stream";

/**
 * Passes bytes both ways until either side ends, after an upgrade.
 *
 * @param pending what each side had already sent, read along with its message
 */
export function tunnel(a: Duplex, b: Duplex, pending: { fromA: Buffer; fromB: Buffer }): void {
  if (a.destroyed || b.destroyed) {
    a.destroy();
    b.destroy();
    return;
  }
  if (pending.fromA.length > 0) b.write(pending.fromA);
  if (pending.fromB.length > 0) a.write(pending.fromB);
  endTogether(a, b);
  endTogether(b, a);
  a.pipe(b);
  b.pipe(a);
}

/** When the one has closed, the other has nobody to talk to: it sends what it still has, or breaks if the one broke. */
function endTogether(one: Duplex, other: Duplex): void {
  one.on("error", () => other.destroy());
  one.on("close", () => {
    if (one.readableEnded && !other.destroyed) other.end(() => other.destroy());
    else other.destroy();
  });
}
