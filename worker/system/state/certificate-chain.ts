/** Who issued a certificate, and how much of its chain is sent along: read from the chain itself. Pure. */

/**
 * - `self-signed`: its own issuer.
 * - `alone`: no issuer is sent with it. Clients must have the issuer itself, as they may of a company's own authority;
 *   public authorities issue by intermediates, which they have not.
 * - `issued`: with issuers, up to one that clients must have.
 */
export type ChainState = "self-signed" | "alone" | "issued";

export interface CertificateChain {
  /** `R11 (Let's Encrypt)`; `null` where the certificate cannot be read. */
  readonly issuer: string | null;
  readonly state: ChainState | null;
  /** How many certificates are sent. */
  readonly sent: number;
  /** Whom clients must know: the issuer of the last one. */
  readonly root: string | null;
}

interface Names {
  /** As they stand in the certificate: what names the same authority is the same. */
  readonly issuer: string;
  readonly subject: string;
}

const BEGIN = "-----BEGIN CERTIFICATE-----";
/** Both names stand in the first part, unless they are very long. */
const FIRST_CHARACTERS = 1024;
/** Longer ones are none that a client would follow. */
const MOST_CERTIFICATES = 10;

/** @param pem leaf first */
export function certificateChain(pem: string): CertificateChain {
  const blocks = pem
    .split(BEGIN)
    .slice(1, 1 + MOST_CERTIFICATES)
    .map((block) => block.slice(0, block.indexOf("-----END")));
  const names = blocks.map(namesIn);
  const [leaf] = names;
  const sent = blocks.length;
  if (leaf === undefined) return { issuer: null, state: null, sent, root: null };
  const issuer = nameText(leaf.issuer);
  if (leaf.issuer === leaf.subject) return { issuer, state: "self-signed", sent, root: issuer };
  const rest = new Set(names.slice(1));
  let top = leaf;
  while (top.issuer !== top.subject) {
    const next = [...rest].find((candidate) => candidate?.subject === top.issuer);
    if (next === undefined) break;
    rest.delete(next);
    top = next;
  }
  return { issuer, state: top === leaf ? "alone" : "issued", sent, root: nameText(top.issuer) };
}

/** DER as text, a character a byte: that is how it comes out of base64, and arrays would take ten times as long. */
type Der = string;

function namesIn(base64: string): Names | undefined {
  const first = base64.slice(0, FIRST_CHARACTERS + 64).replaceAll(/\s+/g, "");
  const found = namesOf(first.slice(0, first.length - (first.length % 4)));
  return found ?? namesOf(base64.replaceAll(/\s+/g, ""));
}

function namesOf(base64: string): Names | undefined {
  try {
    return readNames(atob(base64));
  } catch {
    return undefined;
  }
}

interface Element {
  readonly tag: number;
  /** Where its content begins. */
  readonly start: number;
  /** What follows it begins here. */
  readonly end: number;
}

/** One element of DER; `undefined` where there is none, or it has more than 16 MiB. */
function elementAt(der: Der, at: number): Element | undefined {
  if (at + 2 > der.length) return undefined;
  const tag = der.charCodeAt(at);
  const short = der.charCodeAt(at + 1);
  if (short < 0x80) return { tag, start: at + 2, end: at + 2 + short };
  const count = short & 0x7f;
  const start = at + 2 + count;
  if (count === 0 || count > 3 || start > der.length) return undefined;
  let length = 0;
  for (let i = at + 2; i < start; i++) length = length * 256 + der.charCodeAt(i);
  return { tag, start, end: start + length };
}

const VERSION = 0xa0;

/** Certificate, TBSCertificate: version, serial number, signature, issuer, validity, subject (RFC 5280 4.1). */
function readNames(der: Der): Names | undefined {
  const certificate = elementAt(der, 0);
  const tbs = certificate && elementAt(der, certificate.start);
  if (tbs === undefined) return undefined;
  const fields: Element[] = [];
  let at = tbs.start;
  while (fields.length < 5) {
    const field = elementAt(der, at);
    if (field === undefined) return undefined;
    if (field.tag !== VERSION) fields.push(field);
    at = field.end;
  }
  const [, , issuer, , subject] = fields;
  if (issuer === undefined || subject === undefined || subject.end > der.length) return undefined;
  return { issuer: contentOf(der, issuer), subject: contentOf(der, subject) };
}

function contentOf(der: Der, { start, end }: Element): Der {
  return der.slice(start, end);
}

const COMMON_NAME = "\u0055\u0004\u0003";
const ORGANIZATION = "\u0055\u0004\u000A";
const UNIT = "\u0055\u0004\u000B";
const OID = 6;
const BMP_STRING = 30;
const UTF8_STRING = 12;
const MOST_TEXT = 100;

const known = new Map<string, string>();
/** Few authorities issue many certificates. */
const MOST_KNOWN = 500;

/** A name as people read it: `common name (organisation)`. */
function nameText(name: string): string {
  const present = known.get(name);
  if (present !== undefined) return present;
  const attributes = attributesOf(name);
  const organization = attributes.get(ORGANIZATION);
  const common = attributes.get(COMMON_NAME) ?? attributes.get(UNIT);
  const text =
    common === undefined
      ? (organization ?? "without a name")
      : organization === undefined || organization === common
        ? common
        : `${common} (${organization})`;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, text);
  return text;
}

/** By object identifier, the last of each: the most specific one. */
function attributesOf(der: Der): Map<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  for (let set = elementAt(der, at); set !== undefined; set = elementAt(der, at)) {
    at = set.end;
    for (let inner = set.start; inner < set.end;) {
      const pair = elementAt(der, inner);
      if (pair === undefined) return found;
      inner = pair.end;
      const type = elementAt(der, pair.start);
      const value = type?.tag === OID ? elementAt(der, type.end) : undefined;
      if (type === undefined || value === undefined) continue;
      found.set(contentOf(der, type), stringOf(value.tag, contentOf(der, value)));
    }
  }
  return found;
}

function stringOf(tag: number, content: Der): string {
  const bytes = Uint8Array.from(content, (character) => character.charCodeAt(0));
  const encoding = tag === BMP_STRING ? "utf-16be" : tag === UTF8_STRING ? "utf-8" : "iso-8859-1";
  const text = new TextDecoder(encoding).decode(bytes);
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
