/** Services whose requests fail of late, though the cluster calls their endpoints ready. Pure. */
import type { AccessRecord } from "../../observe/access-record.ts";
import type { TrafficFlow } from "./facts.ts";
import { failureOf } from "./failures.ts";

export interface FailingService {
  /** `namespace/name:port`. */
  readonly service: string;
  /** In about the last five minutes; a request may be tried at several endpoints. */
  readonly tries: number;
  readonly failed: number;
  /** Why the last of them did, where this is still known. */
  readonly reason: string | null;
}

/** Fewer are nothing to get up for, and nor is a smaller share. */
const FEWEST = 3;
const SHARE = 0.05;
const MOST = 20;

/** Those with the most failures first. @param down `namespace/name` of those that are known to have no ready endpoint */
export function failingServices(
  flows: readonly TrafficFlow[],
  failures: readonly AccessRecord[],
  down: ReadonlySet<string>,
): FailingService[] {
  const sums = new Map<string, { tries: number; failed: number }>();
  for (const { service, requests, errors } of flows) {
    const sum = sums.get(service) ?? { tries: 0, failed: 0 };
    sum.tries += requests;
    sum.failed += errors;
    sums.set(service, sum);
  }
  return [...sums]
    .filter(
      ([service, { tries, failed }]) =>
        failed >= FEWEST && failed >= SHARE * tries && !down.has(service.slice(0, service.lastIndexOf(":"))),
    )
    .toSorted(([, a], [, b]) => b.failed - a.failed)
    .slice(0, MOST)
    .map(([service, { tries, failed }]) => {
      const last = failures.find(({ backend }) => backend === service);
      const reason = last === undefined ? null : failureOf(last).reason;
      return { service, tries, failed, reason };
    });
}
