/**
 * Who may ask the resolver, and what they may see: from a Secret to records of section `zones`. Tokens are in it as
 * hashes. What cannot be read lets nobody in.
 */
import {
  type DnsIdentity,
  type DnsView,
  fromBase64,
  fromUtf8,
  PUBLIC_VIEW,
  type ZoneRecord,
  zoneKeys,
} from "../../../contract/index.ts";
import { objectKey, type Secret } from "../../cluster/state.ts";
import type { Warning } from "../../warning.ts";
import {
  ACCESS_KEY,
  accessDocument,
  certificateDocument,
  document,
  tokenDocument,
  viewDocument,
  type ViewDocument,
} from "./document.ts";
import { type Entry, readDocument, readEntries } from "./entries.ts";

export interface DnsAccessReading {
  readonly records: ReadonlyMap<string, ZoneRecord>;
  readonly identities: readonly DnsIdentity[];
  readonly warnings: readonly Warning[];
}

const NOBODY: DnsAccessReading = { records: new Map(), identities: [], warnings: [] };

/** @param secret absent where there is none: nobody has a view then */
export function compileDnsAccess(secret: Secret | undefined): DnsAccessReading {
  if (secret === undefined) return NOBODY;
  const warnings: Warning[] = [];
  const object = `Secret ${objectKey(secret.metadata)}`;
  const warn = (field: string, message: string, remedy: string) =>
    warnings.push({ object, field, reason: "DnsAccessInvalid", message, remedy });
  const text = textOf(secret);
  if (text === undefined) {
    warn(
      "data",
      `It has no ${ACCESS_KEY} in UTF-8; its tokens let nobody in.`,
      `Write ${ACCESS_KEY} into it.`,
    );
    return { ...NOBODY, warnings };
  }
  const read = readDocument(text, document);
  if ("problem" in read) {
    warn(
      `data[${ACCESS_KEY}]${read.field}`,
      `It ${read.problem}; its tokens let nobody in.`,
      "Correct it; docs/dns.md shows its form.",
    );
    return { ...NOBODY, warnings };
  }
  const leaveOut = (field: string, problem: string) =>
    warn(`data[${ACCESS_KEY}].${field}`, `It ${problem}; it is left out.`, "Correct it, or remove it.");

  const records = new Map<string, ZoneRecord>();
  const views = new Map<string, DnsView>();
  for (const { name, field, value } of readEntries("views", read.document.views, viewDocument, leaveOut)) {
    const view = viewOf(name, field, value, warn);
    if (view === undefined) continue;
    views.set(name, view);
    records.set(zoneKeys.view(name), view);
  }
  const hasView = ({ field, value: { view } }: Entry<{ view: string }>): boolean => {
    if (views.has(view)) return true;
    leaveOut(`${field}.view`, `names the view ${view}, which there is not`);
    return false;
  };
  const tokens = readEntries("tokens", read.document.tokens, tokenDocument, leaveOut).filter(hasView);
  for (const { name, field, value } of tokens) {
    const { sha256, ...token } = value;
    const key = zoneKeys.token(sha256);
    if (records.has(key)) leaveOut(field, "is the token of another name as well");
    else records.set(key, { kind: "token", name, ...token });
  }
  const certificates = readEntries(
    "certificates",
    read.document.certificates,
    certificateDocument,
    leaveOut,
  ).filter(hasView);
  const applications = readEntries("access", read.document.access, accessDocument, leaveOut).filter(hasView);
  const identities: DnsIdentity[] = [];
  for (const { name, value } of certificates) identities.push({ kind: "certificate", name, ...value });
  for (const { name, value } of applications) identities.push({ kind: "access", name, ...value });
  return { records, identities, warnings };
}

/** Everybody's view must say what it is of: the cluster is in it only by name, and forwarding never. */
function viewOf(
  name: string,
  field: string,
  view: ViewDocument,
  warn: (field: string, message: string, remedy: string) => void,
): DnsView | undefined {
  if (name !== PUBLIC_VIEW) return { kind: "view", ...view };
  const at = `data[${ACCESS_KEY}].${field}`;
  if (view.zones === undefined) {
    warn(
      at,
      "Everybody's view names no zones; it is left out.",
      "List the zones that everybody may ask for in `zones`.",
    );
    return undefined;
  }
  if (view.forward) {
    warn(
      `${at}.forward`,
      "Everybody's view forwards nothing: the resolver would be an open one.",
      "Remove it, or give tokens to those who may use forwarding.",
    );
  }
  return { kind: "view", ...view, namespaces: view.namespaces ?? [], forward: false };
}

/** `undefined` where there is none, or one that is no text. */
function textOf({ data }: Secret): string | undefined {
  const bytes = fromBase64(data[ACCESS_KEY] ?? "*");
  try {
    return bytes && fromUtf8(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
