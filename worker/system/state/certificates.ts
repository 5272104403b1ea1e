/** Certificates by the days that they have left. Pure. */
import type { CertificateChain } from "./certificate-chain.ts";
import type { AllCertificates } from "./inventory.ts";

/** `urgent`: less than 7 days. `soon`: less than 30, within which issuers renew. */
export type CertificateState = "expired" | "urgent" | "soon" | "valid";

const DAY = 86_400_000;

export interface CertificateEntry {
  readonly name: string;
  /** `namespace/name`. */
  readonly secret: string;
  /** RFC 3339. */
  readonly expires: string;
  /** Whole days, below 0 for one that has expired. */
  readonly days: number;
  readonly state: CertificateState;
  readonly chain: CertificateChain;
}

export interface CertificateList {
  readonly total: number;
  readonly complete: boolean;
  readonly page: number;
  readonly pages: number;
  /** The first to expire first. */
  readonly certificates: readonly CertificateEntry[];
}

/** @param notAfter seconds since 1970. @param now milliseconds */
export function certificateState(notAfter: number, now: number): CertificateState {
  const left = notAfter * 1000 - now;
  if (left <= 0) return "expired";
  if (left < 7 * DAY) return "urgent";
  return left < 30 * DAY ? "soon" : "valid";
}

export function certificateEntry(
  { name, secret, notAfter, chain }: AllCertificates["lines"][number],
  now: number,
): CertificateEntry {
  return {
    name,
    secret,
    expires: new Date(notAfter * 1000).toISOString(),
    days: Math.floor((notAfter * 1000 - now) / DAY),
    state: certificateState(notAfter, now),
    chain,
  };
}

/** @param query names, Secrets and issuers that contain it */
export function certificateList(
  { lines, complete }: AllCertificates,
  { query, page, size, now }: { query: string; page: number; size: number; now: number },
): CertificateList {
  const wanted = query.trim().toLowerCase();
  const found =
    wanted === ""
      ? lines
      : lines.filter(({ name, secret, chain: { issuer } }) =>
          [name, secret, issuer ?? ""].some((text) => text.toLowerCase().includes(wanted)),
        );
  const cut = pageOf(found, page, size);
  return {
    total: found.length,
    complete,
    page: cut.page,
    pages: cut.pages,
    certificates: cut.items.map((line) => certificateEntry(line, now)),
  };
}

export interface Page<T> {
  readonly page: number;
  readonly pages: number;
  readonly items: readonly T[];
}

/** The last one where there are fewer; pages begin with 1. */
export function pageOf<T>(items: readonly T[], page: number, size: number): Page<T> {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const at = Math.min(Math.max(1, page), pages);
  return { page: at, pages, items: items.slice((at - 1) * size, at * size) };
}
