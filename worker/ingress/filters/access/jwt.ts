/** `lintel.dev/jwt-…`: bearer tokens that an issuer has signed (RFC 7519, RFC 6750). */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions, type LocalJWKSet } from "jose";
import { canonicalJson, type JwtAuth } from "../../../../contract/index.ts";
import { ExpiringMap } from "../../../expiring-map.ts";
import { errorText } from "../../../log.ts";
import type { Problem } from "../../error-page.ts";
import { TargetError } from "../../target-fetch.ts";
import type { Exchange, FilterPlatform } from "../filter.ts";
import { type Check, UNDECIDED, type Verdict } from "./check.ts";
import { claimHeaders } from "./claims.ts";
import { KeySet } from "./key-set.ts";

/** Public keys alone: with a shared secret, whoever can check a token can make one. */
const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
/** Seconds by which clocks may differ. */
const TOLERANCE = 30;

const MOST_SETS = 64;

const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

type JwtPlatform = Pick<FilterPlatform, "now" | "log" | "targets" | "waitUntil">;

/** @returns what makes a route's check */
export function jwtChecks(platform: JwtPlatform): (wanted: JwtAuth) => Check {
  // Routes of one issuer share its keys, also those of the next generation.
  const sets = new ExpiringMap<KeySet>(MOST_SETS);

  function keySetOf(target: JwtAuth["keys"]): KeySet {
    const key = canonicalJson(target);
    const found = sets.get(key, platform.now()) ?? new KeySet(platform.targets(target), platform);
    sets.set(key, found, Number.POSITIVE_INFINITY);
    return found;
  }

  return (wanted) => {
    const keySet = keySetOf(wanted.keys);
    const headers = Object.keys(wanted.claimHeaders);
    return {
      prepare({ outgoing }) {
        for (const name of headers) outgoing.headers.delete(name);
      },
      async ask(exchange) {
        const [, token] = BEARER.exec(exchange.request.headers.get("authorization") ?? "") ?? [];
        if (token === undefined) return refused("This needs a bearer token.", "Bearer");
        try {
          const payload = await verify(token, keySet, exchange, optionsOf(wanted, platform.now()));
          for (const [name, value] of claimHeaders(payload, wanted.claimHeaders)) {
            exchange.outgoing.headers.set(name, value);
          }
          return "passed";
        } catch (error) {
          return verdictOn(error, exchange, platform);
        }
      },
    };
  };
}

function optionsOf({ issuer, audiences }: JwtAuth, now: number): JWTVerifyOptions {
  return {
    algorithms: ALGORITHMS,
    issuer,
    ...(audiences.length > 0 && { audience: audiences }),
    requiredClaims: ["exp"],
    clockTolerance: TOLERANCE,
    currentDate: new Date(now),
  };
}

/** A key that is not known may be a new one. */
async function verify(
  token: string,
  keySet: KeySet,
  exchange: Exchange,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const keys = await keySet.keys(exchange);
  try {
    return await verifyWith(keys, token, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    const newer = await keySet.newerThan(keys, exchange);
    if (newer === keys) throw error;
    return verifyWith(newer, token, options);
  }
}

/** A token that does not name its key may be by any of those that fit. */
async function verifyWith(keys: LocalJWKSet, token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function verdictOn(
  error: unknown,
  { requestId, route }: Exchange,
  { log }: Pick<FilterPlatform, "log">,
): Verdict {
  if (error instanceof TargetError) {
    log("warn", { requestId, ingress: route.ingress, error: errorText(error) }, "jwt-jwks-url failed");
    return UNDECIDED;
  }
  if (!(error instanceof errors.JOSEError)) throw error;
  const detail = reasonOf(error);
  return refused(detail, `Bearer error="invalid_token", error_description="${detail}"`);
}

/** A quoted string as it stands: no quotes, no backslashes. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "The token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token's claim ${error.claim.replaceAll(/\W/g, "")} is not what it must be.`;
  }
  return "The token is malformed, or not signed by its issuer.";
}

function refused(detail: string, challenge: string): Problem {
  return { status: 401, detail, headers: { "www-authenticate": challenge } };
}
