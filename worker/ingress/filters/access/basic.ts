/** ingress-nginx `auth-type: basic` (RFC 7617). */
import { type BasicAuth, toBase64, utf8 } from "../../../../contract/index.ts";
import { ExpiringMap } from "../../../expiring-map.ts";
import { basicCredentials, type Credentials, isBasic } from "../../basic-credentials.ts";
import type { Problem } from "../../error-page.ts";
import type { FilterPlatform, Outgoing } from "../filter.ts";
import type { Check } from "./check.ts";
import { matches } from "./password.ts";

/** How long credentials are known to be right, in milliseconds: a slow hash need not be made for each request. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 2048;

/** @returns what makes a route's check; all of an isolate remember credentials together */
export function basicChecks({
  now,
}: Pick<FilterPlatform, "now">): (wanted: BasicAuth, keepBearer: boolean) => Check {
  const right = new ExpiringMap<true>(MOST_REMEMBERED);

  async function areRight(credentials: Credentials, hash: string, isKnown: boolean): Promise<boolean> {
    const key = await keyOf(credentials, hash);
    if (isKnown && right.get(key, now()) === true) return true;
    if (!(await matches(credentials.password, hash)) || !isKnown) return false;
    right.set(key, true, now() + REMEMBERED_MS);
    return true;
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
        return (await areRight(credentials, hash, hashes.has(credentials.user))) ? "passed" : denied;
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
