import { connect, type TLSSocket } from "node:tls";
import { once } from "node:events";
import {
  type Authority,
  issueAuthority,
  issueLeaf,
  openAuthority,
} from "../../../embedded-edge/certificates/issue.ts";
import type { KeyPair, TlsCertificates } from "../../../embedded-edge/listener/listener.ts";
import { createSecureContext } from "node:tls";

/** An authority of the test's own. */
export async function testAuthority(): Promise<Authority & { readonly pem: string }> {
  const pair = await issueAuthority(Date.now());
  return { ...(await openAuthority(pair)), pem: pair.cert };
}

/** One certificate for whatever name is asked for. */
export function fixedCertificate(pair: KeyPair): TlsCertificates {
  return {
    contextFor: async () => createSecureContext(pair),
    defaultPair: async () => pair,
  };
}

export async function localhostPair(authority: Authority): Promise<KeyPair> {
  return issueLeaf(authority, { dns: ["localhost"], addresses: ["127.0.0.1"] }, Date.now());
}

/** What a client sees of a server's certificate: common name, alternative names, and who signed. */
export async function peerOf(
  port: number,
  servername: string | undefined,
  options: { ca?: string; minVersion?: "TLSv1.3"; maxVersion?: "TLSv1.2" } = {},
): Promise<{ subject: string; names: string; issuer: string; protocol: string | null; trusted: boolean }> {
  const socket: TLSSocket = connect({
    host: "127.0.0.1",
    port,
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: false,
    ...options,
  });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerX509Certificate();
  const peer = {
    subject: certificate?.subject ?? "",
    names: certificate?.subjectAltName ?? "",
    issuer: certificate?.issuer ?? "",
    protocol: socket.getProtocol(),
    trusted: socket.authorized,
  };
  socket.destroy();
  return peer;
}
