/** Who is calling: the one place where the client's address and scheme come from. */
import {
  canonicalAddress,
  CLIENT_FACTS_HEADER,
  type ClientFacts,
  decodeClientFacts,
} from "../contract/index.ts";
import type { HeaderLookup } from "./ingress/read-headers.ts";

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * In the embedded edge (a client secret is set) the facts come from its listener, or the request is nobody's
 * (`undefined`). On Cloudflare they come from the URL and CF-Connecting-IP, which clients cannot set.
 */
export function clientOf(
  headers: HeaderLookup,
  url: URL,
  clientSecret: string,
  request?: Pick<Request, "cf">,
): ClientFacts | undefined {
  if (clientSecret !== "") return decodeClientFacts(headers.get(CLIENT_FACTS_HEADER), clientSecret);
  const address = canonicalAddress(headers.get("cf-connecting-ip") ?? "");
  if (address === undefined) return undefined;
  const scheme = url.protocol === "https:" ? "https" : "http";
  const port = url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port);
  return { address, scheme, port, certificate: certificateOf(request?.cf) };
}

/** That of a client certificate which Cloudflare has checked (API Shield mTLS). */
function certificateOf(cf: Partial<IncomingRequestCfProperties> | undefined): string | undefined {
  const auth = cf?.tlsClientAuth;
  return auth?.certVerified === "SUCCESS" && auth.certRevoked !== "1"
    ? auth.certFingerprintSHA256.toLowerCase()
    : undefined;
}
