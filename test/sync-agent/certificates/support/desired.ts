import { X509Certificate } from "node:crypto";
import type { DesiredCertificate } from "../../../../sync-agent/certificates/store.ts";
import type { Issued } from "../../compile/support/certificates.ts";

/** What Ingress `shop/web` asks for with a certificate in Secret `shop/tls`. */
export function desire(
  serverName: string,
  issued: Pick<Issued, "crt" | "key"> | undefined,
  secret = "shop/tls",
): DesiredCertificate {
  const pair = issued && {
    secret,
    chain: issued.crt,
    key: issued.key,
    notAfter: new X509Certificate(issued.crt).validToDate.getTime() / 1000,
  };
  return { serverName, object: "Ingress shop/web", field: "spec.tls[0].hosts[0]", pair };
}
