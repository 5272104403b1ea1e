import type { Socket } from "node:net";
import { canonicalAddress, CLIENT_FACTS_HEADER, encodeClientFacts } from "../../contract/index.ts";

/** The header that tells the Worker who is calling, made once for each connection. */
export type FactsOf = (socket: Socket) => readonly string[];

/**
 * @param secret proves to the Worker that the listener wrote the header
 * @param httpsPort where the edge serves https, for a listener that serves http
 */
export function connectionFacts(scheme: "http" | "https", secret: string, httpsPort?: number): FactsOf {
  const known = new WeakMap<Socket, readonly string[]>();
  return (socket) => {
    let fields = known.get(socket);
    if (fields === undefined) {
      // A link-local address comes with its interface (`fe80::1%eth0`). A client that is gone has no address.
      const address = canonicalAddress(socket.remoteAddress?.replace(/%.*$/, "") ?? "") ?? "0.0.0.0";
      const port = socket.localPort ?? 0;
      fields = [CLIENT_FACTS_HEADER, encodeClientFacts({ address, scheme, port, httpsPort }, secret)];
      known.set(socket, fields);
    }
    return fields;
  };
}
