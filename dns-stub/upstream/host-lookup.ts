/** Where a resolver's host is. The one lookup that the stub cannot make through itself. */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { Resolver } from "node:dns/promises";
import { promisify } from "node:util";

/** As net.connect() calls it. */
export type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

export type FindAddresses = (hostname: string) => Promise<LookupAddress[]>;

/** Longer than this a lookup is not waited for where an earlier one found something. */
const PATIENCE_MS = 1_000;

/**
 * Looks up and remembers: when the operating system asks this very stub, or the network has just changed, the addresses
 * of last time do.
 */
export function rememberingLookup(find: FindAddresses, patienceMs = PATIENCE_MS): Lookup {
  const remembered = new Map<string, LookupAddress[]>();

  async function addressesOf(hostname: string): Promise<LookupAddress[]> {
    const known = remembered.get(hostname);
    const found = find(hostname).then((addresses) => {
      if (addresses.length > 0) remembered.set(hostname, addresses);
      return addresses;
    });
    if (known === undefined) return found;
    const impatient = Promise.withResolvers<LookupAddress[]>();
    const timer = setTimeout(() => impatient.resolve(known), patienceMs);
    try {
      return await Promise.race([found.catch(() => known), impatient.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function found(hostname: string, family: LookupOptions["family"]) {
    try {
      const addresses = await addressesOf(hostname);
      const fitting = addresses.filter(
        (address) => typeof family !== "number" || family === 0 || address.family === family,
      );
      return { fitting, error: fitting.length === 0 ? notFound(hostname) : null };
    } catch (error) {
      return { fitting: [], error: error as NodeJS.ErrnoException };
    }
  }

  async function answer(hostname: string, { family, all }: LookupOptions, callback: Parameters<Lookup>[2]) {
    const { fitting, error } = await found(hostname, family);
    const [first] = fitting;
    if (all === true || first === undefined) callback(error, fitting);
    else callback(null, first.address, first.family);
  }

  return (hostname, options, callback) => void answer(hostname, options, callback);
}

/** By plain DNS servers of the user's choice, or (none) by the operating system. */
export function addressFinder(bootstrap: readonly string[]): FindAddresses {
  if (bootstrap.length === 0) {
    const lookup = promisify(systemLookup);
    return (hostname) => lookup(hostname, { all: true });
  }
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers(bootstrap);
  return async (hostname) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (v4.status === "rejected" && v6.status === "rejected") throw v4.reason;
    const addresses = (result: PromiseSettledResult<string[]>, family: 4 | 6) =>
      result.status === "fulfilled" ? result.value.map((address) => ({ address, family })) : [];
    return [...addresses(v6, 6), ...addresses(v4, 4)];
  };
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address of ${hostname} was found`), { code: "ENOTFOUND" });
}
