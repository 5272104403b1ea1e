/** Users and the hashes of their passwords, as Secrets hold them for `auth-secret`. */

export interface Htpasswd {
  /** User to hash. */
  readonly users: Readonly<Record<string, string>>;
  /** What is left out, and why. */
  readonly refused: readonly RefusedUser[];
}

export interface RefusedUser {
  /** `line 3`, or `key alice`. */
  readonly where: string;
  /** Goes on after the former, as in `has no colon`. It repeats nothing of a password. */
  readonly problem: string;
}

/** Every step up doubles the work; this one takes an edge about a second. */
const HIGHEST_COST = 14;

/** A file as `htpasswd` writes it: `user:hash` a line; comments begin with `#`. Of two lines for a user the first holds. */
export function readHtpasswd(text: string): Htpasswd {
  const entries: Entry[] = [];
  const refused: RefusedUser[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const where = `line ${index + 1}`;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [user = "", hash] = line.split(":");
    if (hash !== undefined && user !== "") entries.push({ where, user, hash: hash.trim() });
    else refused.push({ where, problem: "is not a user, a colon and a hash" });
  }
  return sorted(entries, refused);
}

/** A map of users to hashes. */
export function readUserMap(map: Readonly<Record<string, string>>): Htpasswd {
  const entries = Object.entries(map).map(([user, hash]) => ({
    where: `key ${user}`,
    user,
    hash: hash.trim(),
  }));
  return sorted(entries, []);
}

interface Entry {
  readonly where: string;
  readonly user: string;
  readonly hash: string;
}

function sorted(entries: readonly Entry[], unreadable: readonly RefusedUser[]): Htpasswd {
  const users = new Map<string, string>();
  const refused = [...unreadable];
  for (const { where, user, hash } of entries) {
    const problem = problemOf(hash);
    if (problem !== undefined) refused.push({ where, problem });
    else if (!users.has(user)) users.set(user, hash);
  }
  return { users: Object.fromEntries(users), refused };
}

function problemOf(hash: string): string | undefined {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
  if (cost !== undefined) {
    if (Number(cost) >= 4 && Number(cost) <= HIGHEST_COST) return undefined;
    return `has a bcrypt hash of cost ${cost}, where 4 to ${HIGHEST_COST} are accepted`;
  }
  if (/^\$apr1\$[^$]{1,8}\$[./A-Za-z0-9]{22}$/.test(hash)) return undefined;
  if (/^\{SHA\}[A-Za-z0-9+/]{27}=$/.test(hash)) return undefined;
  if (/^\{SSHA\}[A-Za-z0-9+/]{28,}={0,2}$/.test(hash)) return undefined;
  return "has a password in clear, or a hash of a kind that is not accepted (crypt among them)";
}
