import { lookup } from "node:dns/promises";
import { canonicalAddress } from "../../contract/index.ts";
import { errorText } from "../errors.ts";
import type { IsAllowed } from "./allowed-targets.ts";
import { GatewayError } from "./fault.ts";
import type { Target } from "./target.ts";

/** Finds the addresses of a name. */
export type Resolve = (name: string) => Promise<string[]>;

export const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/**
 * The addresses to dial for a target, in the order to try. They are resolved here, once, and checked, so that what
 * is dialed is what was checked (no DNS rebinding).
 *
 * @throws GatewayError `target` when none is allowed, `dial` when the name does not resolve
 */
export async function candidates(target: Target, isAllowed: IsAllowed, resolve: Resolve): Promise<string[]> {
  const addresses = target.isAddress ? [target.host] : await resolveName(target.host, resolve);
  const allowed = addresses.filter(isAllowed);
  if (allowed.length === 0) {
    throw new GatewayError("target", `${target.host} is outside the allowed address ranges`);
  }
  return allowed;
}

async function resolveName(name: string, resolve: Resolve): Promise<string[]> {
  let found: string[];
  try {
    found = await resolve(name);
  } catch (error) {
    throw new GatewayError("dial", `${name} cannot be resolved: ${errorText(error)}`, { cause: error });
  }
  const addresses = found.map(canonicalAddress).filter((address) => address !== undefined);
  if (addresses.length === 0) throw new GatewayError("dial", `${name} has no usable address`);
  return addresses;
}
