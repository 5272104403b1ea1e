/** What those are granted whom the cluster's own Secret lets ask: by a token, a certificate, or an application's token. */
import { type DnsIdentity, type DnsView, PUBLIC_VIEW, sha256, zoneKeys } from "../../../contract/index.ts";
import { RecentMap } from "../../limits/recent-map.ts";
import type { MaybePromise, SnapshotView } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import type { Credentials } from "./credentials.ts";

export interface Grant {
  /** Of whoever asks, for logs and limits. */
  readonly name: string;
  readonly view: DnsView;
  /** Queries a second. */
  readonly perSecond: number | undefined;
}

/** Whether an application's token is one that Cloudflare Access has signed for it. */
export type VerifyAssertion = (
  assertion: string,
  identity: Extract<DnsIdentity, { kind: "access" }>,
) => Promise<boolean>;

/** Digests of tokens that are shown again and again. */
const MOST_DIGESTS = 1_024;

export class Grants {
  readonly #verify: VerifyAssertion;
  readonly #digests = new RecentMap<string>(MOST_DIGESTS);

  constructor(verify: VerifyAssertion) {
    this.#verify = verify;
  }

  /** By the first credential that counts. Rejects with SnapshotUnavailableError where the view does. */
  find(credentials: Credentials, view: SnapshotView): MaybePromise<Grant | undefined> {
    const { tokens, certificate, assertion } = credentials;
    const { identities = [] } = view.root.settings.dns;
    const byCertificate = identities.find(
      (identity) => identity.kind === "certificate" && identity.fingerprint === certificate,
    );
    if (byCertificate !== undefined) return this.#grant(view, byCertificate.name, byCertificate.view);
    if (tokens.length === 0 && assertion === undefined) return undefined;
    return this.#findAsked(tokens, assertion, identities, view);
  }

  /** What everybody is granted, where anything is. */
  ofEverybody(view: SnapshotView): MaybePromise<Grant | undefined> {
    return this.#grant(view, PUBLIC_VIEW, PUBLIC_VIEW);
  }

  async #findAsked(
    tokens: readonly string[],
    assertion: string | undefined,
    identities: readonly DnsIdentity[],
    view: SnapshotView,
  ): Promise<Grant | undefined> {
    for (const token of tokens) {
      const known = await view.get("zones", zoneKeys.token(await this.#digestOf(token)));
      if (known?.kind === "token") return this.#grant(view, known.name, known.view, known.perSecond);
    }
    if (assertion === undefined) return undefined;
    for (const identity of identities) {
      if (identity.kind === "access" && (await this.#verify(assertion, identity))) {
        return this.#grant(view, identity.name, identity.view);
      }
    }
    return undefined;
  }

  #grant(
    snapshot: SnapshotView,
    name: string,
    viewName: string,
    perSecond?: number,
  ): MaybePromise<Grant | undefined> {
    return andThen(snapshot.get("zones", zoneKeys.view(viewName)), (view) =>
      view?.kind === "view" ? { name, view, perSecond: perSecond ?? view.perSecond } : undefined,
    );
  }

  async #digestOf(token: string): Promise<string> {
    const known = this.#digests.get(token);
    if (known !== undefined) return known;
    const digest = await sha256(token);
    this.#digests.set(token, digest);
    return digest;
  }
}
