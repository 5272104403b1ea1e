/** Who asks, and what he may see: by the resolver's own rule, or by what the cluster's Secret grants. */
import { PUBLIC_VIEW } from "../../../contract/index.ts";
import type { LimitPeers } from "../../limits/exchange.ts";
import type { Platform } from "../../platform.ts";
import { SnapshotUnavailableError } from "../../snapshot/errors.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import type { Asker, Snapshot } from "../responder.ts";
import { type AccessOptions, refusalOf, showsToken } from "./access.ts";
import { assertionVerifier } from "./assertions.ts";
import { AskRates, type RatePlatform } from "./ask-rates.ts";
import type { Credentials } from "./credentials.ts";
import { type Grant, Grants } from "./grants.ts";
import { HttpError } from "./http-error.ts";
import { sightOf } from "./visibility.ts";

export interface AdmissionOptions extends AccessOptions {
  /** Absent where isolates cannot tell each other of the use of limits. */
  readonly limitPeers?: LimitPeers | undefined;
}

export type AdmissionPlatform = RatePlatform & Pick<Platform, "fetch">;

/** Throws, or rejects with, an HttpError: 401, 403, 429, or 503 where there is no snapshot that could tell. */
export type Admission = (credentials: Credentials, snapshot: Snapshot) => MaybePromise<Asker>;

export function createAdmission(options: AdmissionOptions, platform: AdmissionPlatform): Admission {
  const grants = new Grants(assertionVerifier(platform));
  const rates = new AskRates(platform, options.limitPeers);

  async function byGrant(credentials: Credentials, snapshot: Snapshot): Promise<Asker> {
    const refusal = refusalOf(options, credentials);
    const grant = await grantOf(grants, credentials, snapshot, refusal !== undefined);
    if (grant !== undefined) return askerOf(grant, credentials, rates);
    if (refusal !== undefined) throw refusal;
    return everythingFor(credentials.address, options);
  }

  return (credentials, snapshot) => {
    if (showsToken(options, credentials)) {
      return { client: { address: credentials.address }, visible: { forward: true } };
    }
    const { tokens, certificate, assertion, address } = credentials;
    const showsNothing = tokens.length === 0 && certificate === undefined && assertion === undefined;
    if (showsNothing && refusalOf(options, credentials) === undefined) {
      return everythingFor(address, options);
    }
    return byGrant(credentials, snapshot);
  };
}

/** Those whom the resolver's own rule lets in see the whole cluster. Strangers' questions go to no other resolver. */
function everythingFor(address: string, { access }: AccessOptions): Asker {
  return { client: { address }, visible: { forward: access !== "public" } };
}

/** @param orEverybody whether what everybody is granted is better than nothing */
async function grantOf(
  grants: Grants,
  credentials: Credentials,
  snapshot: Snapshot,
  orEverybody: boolean,
): Promise<Grant | undefined> {
  let view = await snapshot();
  for (;;) {
    if (view === undefined) throw notReady();
    try {
      const grant = await grants.find(credentials, view);
      // A token that is none is told so: what everybody may see would not be what its owner expects.
      if (grant !== undefined || !orEverybody || credentials.tokens.length > 0) return grant;
      return await grants.ofEverybody(view);
    } catch (error) {
      if (!(error instanceof SnapshotUnavailableError)) throw error;
      const other = await snapshot(view);
      if (other === view) throw notReady();
      view = other;
    }
  }
}

function askerOf({ name, view, perSecond }: Grant, { address }: Credentials, rates: AskRates): Asker {
  // Everybody together is nobody in particular: each of them has a rate of his own.
  const isEverybody = name === PUBLIC_VIEW;
  const wait =
    perSecond === undefined ? undefined : rates.ask(isEverybody ? `${name} ${address}` : name, perSecond);
  if (wait !== undefined) {
    throw new HttpError(429, "Too Many Requests: more queries a second than this token may ask.", {
      "retry-after": String(wait),
    });
  }
  return { client: { address, name }, ...sightOf(view) };
}

function notReady(): HttpError {
  return new HttpError(503, "Service Unavailable: who may ask is not known yet.", { "retry-after": "1" });
}
