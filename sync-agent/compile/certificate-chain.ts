import { type KeyObject, X509Certificate } from "node:crypto";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export interface Chain {
  readonly leaf: X509Certificate;
  /** Leaf first, each other one an issuer of one before it (RFC 8446 4.4.2). */
  readonly certificates: readonly X509Certificate[];
  /** Whether that is another order than it was given in, or fewer certificates. */
  readonly wasChanged: boolean;
  /** How many certificates were left out, having issued none of the others. */
  readonly leftOut: number;
}

/** The certificates of a PEM text, whatever stands between them; `undefined` when one of them cannot be read. */
export function parseCertificates(pem: string): X509Certificate[] | undefined {
  try {
    const certificates = (pem.match(PEM) ?? []).map((block) => new X509Certificate(block));
    // Keys of unknown kinds only show when asked for.
    return certificates.every(({ publicKey }) => publicKey.type === "public") ? certificates : undefined;
  } catch {
    return undefined;
  }
}

/** Finds a private key's certificate and puts its chain in order; `undefined` when none is the key's. */
export function orderChain(certificates: readonly X509Certificate[], key: KeyObject): Chain | undefined {
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (leaf === undefined) return undefined;
  if (isInOrder(certificates, leaf)) return { leaf, certificates, wasChanged: false, leftOut: 0 };
  const ordered = [leaf];
  const rest = certificates.filter((certificate) => certificate !== leaf);
  let issuer: X509Certificate | undefined;
  while ((issuer = takeIssuer(ordered, rest)) !== undefined) ordered.push(issuer);
  return { leaf, certificates: ordered, wasChanged: true, leftOut: rest.length };
}

function isInOrder(certificates: readonly X509Certificate[], leaf: X509Certificate): boolean {
  return certificates.every((certificate, index) =>
    index === 0
      ? certificate === leaf
      : certificates.slice(0, index).some((earlier) => hasIssued(certificate, earlier)),
  );
}

/** Takes from `rest` the issuer of the last certificate, or else (roots that cross-sign) of any other one. */
function takeIssuer(
  ordered: readonly X509Certificate[],
  rest: X509Certificate[],
): X509Certificate | undefined {
  for (const child of ordered.toReversed()) {
    const index = rest.findIndex((candidate) => hasIssued(candidate, child));
    if (index !== -1) return rest.splice(index, 1)[0];
  }
  return undefined;
}

function hasIssued(candidate: X509Certificate, child: X509Certificate): boolean {
  return child.checkIssued(candidate) && child.verify(candidate.publicKey);
}
