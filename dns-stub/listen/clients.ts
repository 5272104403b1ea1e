import { BlockList, isIPv6 } from "node:net";
import { StubError } from "../error.ts";

/** Who may ask, by address. */
export type IsClient = (address: string) => boolean;

/**
 * The stub asks with its own token, so whoever may ask it sees what that token sees.
 *
 * @param ranges CIDR
 * @throws StubError
 */
export function clientsIn(ranges: readonly string[]): IsClient {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    try {
      list.addSubnet(address, Number(bits), family(address));
    } catch (cause) {
      throw new StubError(`--clients: ${range} is not an address range, as in 10.0.0.0/8`, { cause });
    }
  }
  return (address) => list.check(unscoped(address), family(address));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Nothing between here and there breaks datagrams into fragments. */
export function isLoopback(address: string): boolean {
  return loopback.check(unscoped(address), family(address));
}

/** Link-local addresses come with the name of their interface. */
function unscoped(address: string): string {
  return address.replace(/%.*$/, "");
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
