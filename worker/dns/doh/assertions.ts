/** Tokens that Cloudflare Access signs for an application, in `Cf-Access-Jwt-Assertion` (Cloudflare, "Validate JWTs"). */
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { ExpiringMap } from "../../expiring-map.ts";
import { errorText } from "../../log.ts";
import type { Platform } from "../../platform.ts";
import type { VerifyAssertion } from "./grants.ts";

const ALGORITHMS = ["RS256", "ES256"];
/** Seconds by which clocks may differ. */
const TOLERANCE = 30;
const MOST_TEAMS = 16;

export function assertionVerifier({
  fetch,
  now,
  log,
}: Pick<Platform, "fetch" | "now" | "log">): VerifyAssertion {
  const keySets = new ExpiringMap<JWTVerifyGetKey>(MOST_TEAMS);

  function keysOf(team: string): JWTVerifyGetKey {
    let keys = keySets.get(team, now());
    if (keys === undefined) {
      keys = createRemoteJWKSet(new URL(`https://${team}/cdn-cgi/access/certs`), {
        [customFetch]: (url, init) => fetch(url, init),
      });
      keySets.set(team, keys, Number.POSITIVE_INFINITY);
    }
    return keys;
  }

  return async (assertion, { team, audience }) => {
    try {
      await jwtVerify(assertion, keysOf(team), {
        issuer: `https://${team}`,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp"],
        clockTolerance: TOLERANCE,
        currentDate: new Date(now()),
      });
      return true;
    } catch (error) {
      // Without keys nobody is let in by them: as for a token that is none.
      if (!(error instanceof errors.JOSEError)) {
        log("warn", { team, error: errorText(error) }, "the keys of Cloudflare Access cannot be had");
      }
      return false;
    }
  };
}
