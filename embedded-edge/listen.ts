import type { Server } from "node:net";
import { errorCode, errorText, ListenError } from "./errors.ts";
import type { ListenAddress } from "./options.ts";

/**
 * Starts to listen, and tells the address with the port that was picked.
 *
 * @param what the option that names the address (`http`)
 * @throws ListenError
 */
export async function listen(server: Server, what: string, address: ListenAddress): Promise<ListenAddress> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once("error", reject);
  try {
    server.listen({ host: address.host, port: address.port }, () => resolve(undefined));
    await promise;
  } catch (error) {
    throw new ListenError(
      `${what} ${hostAndPort(address)}`,
      `${problemOf(error)}; ${remedyOf(error, what)}`,
      { cause: error },
    );
  } finally {
    server.off("error", reject);
  }
  const bound = server.address();
  return {
    host: address.host,
    port: bound !== null && typeof bound === "object" ? bound.port : address.port,
  };
}

/** `host:port`, an IPv6 address in brackets. */
export function hostAndPort({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function problemOf(error: unknown): string {
  const code = errorCode(error);
  if (code === "EADDRINUSE") return "the address is in use by another process";
  if (code === "EACCES") return "this user may not listen on that port";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "this machine does not have that address";
  return errorText(error);
}

function remedyOf(error: unknown, what: string): string {
  return errorCode(error) === "EACCES"
    ? `choose a ${what} port of 1024 or above, or grant CAP_NET_BIND_SERVICE`
    : `stop what uses it, or choose another ${what} address`;
}
