/** ingress-nginx `auth-type: basic` (RFC 7617). */
import { type BasicAuth, toBase64, utf8 } from "../../../../contract/index.ts";
import { ExpiringMap } from "../../../expiring-map.ts";
import { basicCredentials, type Credentials, isBasic } from "../../basic-credentials.ts";
import type { Problem } from "../../error-page.ts";
import type { FilterPlatform, Outgoing } from "../filter.ts";
import type { Check } from "./check.ts";
import { isSlow, matches } from "./password.ts";
import { Turn } from "./turn.ts";

/** How long credentials are known to be right, in milliseconds: a slow hash need not be made for each request. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 2048;

const BUSY: Problem = {
  status: 503,
  detail: "Too many passwords are being checked.",
  headers: { "retry-after": "10" },
};

/** @returns what makes a route's check; all of an isolate remember credentials together */
export function basicChecks(
  platform: Pick<FilterPlatform, "now" | "delay">,
): (wanted: BasicAuth, keepBearer: boolean) => Check {
  const { now } = platform;
  const right = new ExpiringMap<true>(MOST_REMEMBERED);
  const turn = new Turn(platform);

  /** `undefined` where it could not be found out in time. */
  async function areRight(
    credentials: Credentials,
    hash: string,
    isKnown: boolean,
  ): Promise<boolean | undefined> {
    const key = await keyOf(credentials, hash);
    const isRemembered = () => isKnown && right.get(key, now()) === true;
    if (isRemembered()) return true;
    const end = isSlow(hash) ? await turn.take() : () => undefined;
    if (end === undefined) return undefined;
    try {
      // The same client may have been before us.
      if (isRemembered()) return true;
      if (!(await matches(credentials.password, hash)) || !isKnown) return false;
      right.set(key, true, now() + REMEMBERED_MS);
      return true;
    } finally {
      end();
    }
  }

  return ({ realm, users }, keepBearer) => {
    const hashes = new Map(Object.entries(users));
    // Compared to for users that there are not, who would be known by a quick answer otherwise.
    const [decoy] = hashes.values();
    const denied: Problem = {
      status: 401,
      detail: "This needs a user name and a password.",
      headers: { "www-authenticate": `Basic realm="${realm.replaceAll(/["\\]/g, String.raw`\$&`)}"` },
    };
    return {
      prepare: ({ outgoing }) => removeCredentials(outgoing, keepBearer),
      async ask({ request }) {
        const credentials = basicCredentials(request.headers.get("authorization"));
        const hash = credentials && (hashes.get(credentials.user) ?? decoy);
        if (credentials === undefined || hash === undefined) return denied;
        const isRight = await areRight(credentials, hash, hashes.has(credentials.user));
        if (isRight === undefined) return BUSY;
        return isRight ? "passed" : denied;
      },
    };
  };
}

/** @param keepBearer whether it is some other check that an Authorization of another form is for */
function removeCredentials({ headers }: Outgoing, keepBearer: boolean): void {
  if (!keepBearer || isBasic(headers.get("authorization"))) headers.delete("authorization");
}

/** Memory holds no password in clear. A hash that changes makes other keys. */
async function keyOf({ user, password }: Credentials, hash: string): Promise<string> {
  const text = utf8(JSON.stringify([user, password, hash]));
  return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", text)));
}
