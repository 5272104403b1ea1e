/** Which Ingresses need another status. Pure. */
import type { Ingress, LoadBalancerAddress } from "../cluster/state.ts";
import type { Report } from "./reporter.ts";
import { sameAddresses } from "./status-addresses.ts";

/**
 * - `set`: it is served, and its status says something else.
 * - `clear`: it is not served, and its status says that we do. Whether we wrote that the server has to be asked for
 *   (status-owner.ts).
 */
export interface StatusChange {
  readonly kind: "set" | "clear";
  readonly ingress: Ingress;
}

/** Sets before clears, each in the state's order. Nothing at all without addresses. */
export function planStatuses(
  { state, served }: Pick<Report, "state" | "served">,
  addresses: readonly LoadBalancerAddress[],
): StatusChange[] {
  if (addresses.length === 0) return [];
  const isServed = new Set(served);
  const sets: StatusChange[] = [];
  const clears: StatusChange[] = [];
  for (const [key, ingress] of state.Ingress) {
    const isSet = says(ingress, addresses);
    if (isServed.has(key) && !isSet) sets.push({ kind: "set", ingress });
    if (!isServed.has(key) && isSet) clears.push({ kind: "clear", ingress });
  }
  return [...sets, ...clears];
}

const said = new WeakMap<readonly LoadBalancerAddress[], WeakMap<Ingress, boolean>>();

/** Whether its status says so. Objects never change, and every report has nearly all of the last one's. */
function says(ingress: Ingress, addresses: readonly LoadBalancerAddress[]): boolean {
  const { loadBalancer = [] } = ingress;
  const known = said.get(addresses) ?? new WeakMap<Ingress, boolean>();
  said.set(addresses, known);
  const isSet = known.get(ingress) ?? sameAddresses(loadBalancer, addresses);
  known.set(ingress, isSet);
  return isSet;
}
