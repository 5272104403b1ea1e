import { createSecureContext, type SecureContext } from "node:tls";
import { type Authority, issueLeaf, type KeyPair, type LeafNames } from "./issue.ts";

/** Certificates by the local authority, issued when a name is first asked for. */
export interface Leaves {
  /** `undefined` for a text that cannot be a hostname, and for new names while too many are asked for. */
  contextFor(name: string): Promise<SecureContext> | undefined;
  pairFor(names: LeafNames): Promise<KeyPair>;
}

const HOSTNAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** A name whose last label is a number is an address in some notation. */
const ADDRESS_LIKE = /(?:^|\.)\d+$/;
/** Leaves are valid for a year. */
const REISSUE_AFTER_MS = 300 * 24 * 60 * 60 * 1000;
/** Issuing takes some milliseconds of the only thread: a scan of names must not take all of it. */
const ISSUED_PER_SECOND = 20;

/**
 * @param now the clock, in milliseconds since 1970
 * @param capacity how many names are remembered, the least recently asked for going first
 */
export function localLeaves(authority: Authority, now: () => number, capacity = 512): Leaves {
  const known = new Map<string, { context: Promise<SecureContext>; issued: number }>();
  let second = 0;
  let issuedInSecond = 0;
  const mayIssue = (): boolean => {
    const current = Math.floor(now() / 1000);
    issuedInSecond = current === second ? issuedInSecond + 1 : 1;
    second = current;
    return issuedInSecond <= ISSUED_PER_SECOND;
  };
  return {
    contextFor(name) {
      if (!HOSTNAME.test(name) || ADDRESS_LIKE.test(name)) return undefined;
      const found = known.get(name);
      known.delete(name);
      if (found !== undefined && now() - found.issued < REISSUE_AFTER_MS) {
        known.set(name, found);
        return found.context;
      }
      if (!mayIssue()) return undefined;
      const entry = {
        issued: now(),
        context: issueLeaf(authority, { dns: [name] }, now()).then((pair) => createSecureContext(pair)),
      };
      known.set(name, entry);
      for (const oldest of known.keys()) {
        if (known.size <= capacity) break;
        known.delete(oldest);
      }
      return entry.context;
    },
    pairFor: (names) => issueLeaf(authority, names, now()),
  };
}
