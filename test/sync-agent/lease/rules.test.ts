import { expect, test } from "vitest";
import { type Lease, readLease } from "../../../sync-agent/lease/lease.ts";
import { type Move, nextMove, type Observation, observe } from "../../../sync-agent/lease/rules.ts";

function lease(holder: string, seconds: number | undefined = 15, renewTime = "t0"): Lease {
  const spec = { holderIdentity: holder, leaseDurationSeconds: seconds, renewTime };
  return readLease({ metadata: { resourceVersion: "1" }, spec });
}

const seen = (of: Lease, since = 0): Observation => ({ lease: of, since });

test.each<[string, Lease | undefined, Observation | undefined, number, Move]>([
  ["no lease, and none was ever seen", undefined, undefined, 0, "create"],
  ["ours", lease("a"), seen(lease("a")), 99_000, "renew"],
  ["nobody's", lease("", 1), seen(lease("", 1)), 0, "take"],
  ["another's, just seen", lease("b"), seen(lease("b")), 0, "wait"],
  ["another's, a moment before it runs out", lease("b"), seen(lease("b")), 14_999, "wait"],
  ["another's, when it has run out", lease("b"), seen(lease("b")), 15_000, "take"],
  ["another's that promised longer", lease("b", 60), seen(lease("b", 60)), 59_999, "wait"],
  ["another's that promised less", lease("b", 5), seen(lease("b", 5)), 5000, "take"],
  ["another's that promised nothing", lease("b", undefined), seen(lease("b", undefined)), 14_999, "wait"],
  ["deleted while another held it", undefined, seen(lease("b")), 14_999, "wait"],
  ["deleted, and its holder has run out", undefined, seen(lease("b")), 15_000, "create"],
  ["deleted after its release", undefined, seen(lease("", 1)), 0, "create"],
  ["deleted while it was ours", undefined, seen(lease("a")), 0, "create"],
])("%s", (_name, present, observation, now, move) => {
  expect(nextMove({ identity: "a", lease: present, observation, now, leaseDuration: 15_000 })).toBe(move);
});

test("an observation ages while the record stays, and is new with each renewal", () => {
  const first = observe(undefined, lease("b"), 100);
  const again = observe(first, lease("b"), 900);
  const renewed = observe(again, lease("b", 15, "t1"), 1900);
  expect([first.since, again.since, renewed.since]).toEqual([100, 100, 1900]);
});
