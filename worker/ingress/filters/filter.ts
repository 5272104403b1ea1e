/**
 * What a filter is. From a route's record it is made once (provisioned), into a step that then runs for each of the
 * route's requests: before they are forwarded, on the response, or both.
 */
import type { Filters, Route } from "../../../contract/index.ts";
import type { LimitPeers } from "../../limits/exchange.ts";
import type { RequestFacts } from "../../observe/facts.ts";
import type { Platform } from "../../platform.ts";
import type { MaybePromise, SnapshotView } from "../../snapshot/view.ts";
import type { Problem } from "../error-page.ts";
import type { Targets } from "../target-fetch.ts";
import type { VariableSource } from "../variables.ts";
import type { ResponseStore } from "./cache/response-store.ts";

/** One request, as it goes through the filters. */
export interface Exchange extends VariableSource {
  readonly view: SnapshotView;
  readonly route: Route;
  /** Set where the edge asks itself, on behalf of another request. */
  readonly isInner?: true;
  /** What the upstream will be sent. Filters change it; `request` stays as it came. */
  readonly outgoing: Outgoing;
  /** What is to be known of it afterwards. */
  readonly facts: RequestFacts;
}

export interface Outgoing {
  /** Path and query, percent-encoded. */
  target: string;
  /** The Host header. */
  host: string;
  readonly headers: Headers;
  body: ReadableStream<Uint8Array> | null;
  /** What to answer where forwarding fails for a reason that a filter knows. */
  failure: Problem | undefined;
  /** Ends forwarding when it is aborted; set by a filter that may have to. */
  signal: AbortSignal | undefined;
  /** Set once the Service has answered, or the cache in its stead: else the response is the edge's own. */
  answered: boolean;
}

export type Outcome = Response | Problem;

/** An answer ends the request there: it is not forwarded. */
export type RequestStep = (exchange: Exchange) => MaybePromise<Outcome | undefined>;

/** Changes the headers of the response to the client, whoever made it; a response of its own takes its place. */
export type ResponseStep = (exchange: Exchange, response: Response) => MaybePromise<Response | undefined>;

export interface Step {
  readonly request?: RequestStep;
  readonly response?: ResponseStep;
  /** Runs instead of `response` where a request fails in a way that nobody has foreseen: gives back what it took. */
  readonly abandoned?: (exchange: Exchange) => void;
}

/** `undefined` where the route has none of it. */
export type Filter = (filters: Filters, route: Route) => Step | undefined;

/**
 * What filters may use that is not in the request. A filter that needs any of it is made by a function of it, in
 * order.ts: `export function access(platform: FilterPlatform): Filter`. There is one for the life of an isolate.
 */
export interface FilterPlatform extends Omit<Platform, "fetch"> {
  /** The only way for a filter to send requests of its own. */
  readonly targets: Targets;
  /** What happens to a request that all filters let pass: for those that have a say in what becomes of it then. */
  readonly forward: (exchange: Exchange) => Promise<Outcome>;
  /** Absent where the platform has no cache. */
  readonly caching?: Caching | undefined;
  /** Absent where isolates cannot tell each other of the use of limits. */
  readonly limitPeers?: LimitPeers | undefined;
}

export interface Caching {
  readonly store: ResponseStore;
  /** Changes with each purge of what is under this host and path; `undefined` where purges are not known. */
  readonly epochOf: (hostname: string, path: string) => MaybePromise<number | undefined>;
}
