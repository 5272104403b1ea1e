/** Sees every request come and go: counts it, and tells the access log, the platform and whoever may know. */
import { ACCESS_RECORD_HEADER, type ClientFacts } from "../../contract/index.ts";
import { DEBUG_HEADER } from "../ingress/headers.ts";
import type { HeaderLookup } from "../ingress/read-headers.ts";
import type { Log } from "../log.ts";
import { accessRecord, type Asked, encodeRecord, isQuiet } from "./access-record.ts";
import { type DataPoint, dataPoint } from "./data-point.ts";
import { EdgeMetrics } from "./edge-metrics.ts";
import { RequestFacts } from "./facts.ts";
import { RecentFailures } from "./recent-failures.ts";
import { serverTiming } from "./server-timing.ts";
import { type Attributes, spanAttributes, spanName } from "./span-attributes.ts";
import { type ParentSpan, traceContextOf, type TraceOptions } from "./trace-context.ts";
import { Traffic } from "./traffic.ts";

/** The part of the platform's tracing that is used (`tracing` of cloudflare:workers). */
export interface Tracing {
  getActiveSpan(): ActiveSpan | undefined;
}

export interface ActiveSpan {
  readonly isTraced: boolean;
  spanContext(): ParentSpan;
  setAttributes(attributes: Attributes): unknown;
  updateName(name: string): unknown;
}

export interface ObserverOptions extends TraceOptions {
  readonly cluster: string;
  /** The share of requests that are logged; of failures (5xx) all are, but with 0. */
  readonly accessLog: number;
  /** Whether a listener of ours is in front, which writes the access log. */
  readonly hasListener: boolean;
  readonly now: () => number;
  readonly log: Log;
  /** Whether a client that shows this token may look into the edge. */
  readonly isOperator: (client: ClientFacts, token: string) => boolean;
  /** Workers Analytics Engine, where it is bound. */
  readonly dataset?: { writeDataPoint(point: DataPoint): void } | undefined;
  readonly tracing?: Tracing | undefined;
}

/** What is to be known of a request besides its facts. */
export interface Ended extends Omit<Asked, "method"> {
  readonly request: Request;
  /** The request's, where they have been read. */
  readonly headers?: HeaderLookup;
  readonly span: ActiveSpan | undefined;
}

export class Observer {
  readonly metrics = new EdgeMetrics();
  readonly traffic: Traffic;
  readonly failures = new RecentFailures();
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.traffic = new Traffic(options.now);
  }

  /** The platform's span for the request that is being served, where it traces it. */
  span(): ActiveSpan | undefined {
    const span = this.#options.tracing?.getActiveSpan();
    return span?.isTraced === true ? span : undefined;
  }

  begins({ headers }: { readonly headers: HeaderLookup }, span: ActiveSpan | undefined): RequestFacts {
    const trace = traceContextOf(
      headers.get("traceparent"),
      headers.get("tracestate"),
      this.#options,
      span?.spanContext(),
    );
    return new RequestFacts(this.#options.now(), trace);
  }

  /** Its headers may get some more. */
  ends(facts: RequestFacts, ended: Ended, response: Response): Response {
    const { hasListener, now, log, dataset, cluster } = this.#options;
    const { request, span } = ended;
    facts.status = response.status;
    const at = now();
    facts.durationMs = Math.max(0, at - facts.startedAt);
    this.metrics.answered(facts);
    if (!facts.isSystem) this.traffic.served(facts, at);
    const isLogged = this.#isLogged(facts, ended.url);
    // Who wants no log of an Ingress wants no list of its requests either.
    const isKept = facts.status >= 500 && !facts.isSystem && facts.route?.filters?.silent !== true;
    if (isLogged || isKept || dataset !== undefined || span !== undefined) {
      const { url, requestId, protocol, tls } = ended;
      const asked = { method: request.method, url, requestId, protocol, tls };
      // A listener counts what it sends.
      const length = hasListener ? null : response.headers.get("content-length");
      const record = accessRecord(facts, asked, length);
      if (isKept) this.failures.add(record);
      dataset?.writeDataPoint(dataPoint(cluster, facts, record));
      span?.updateName(spanName(record));
      span?.setAttributes(spanAttributes(record));
      if (isLogged && hasListener) response.headers.set(ACCESS_RECORD_HEADER, encodeRecord(record));
      else if (isLogged) log("info", record, "request");
    }
    const token = (ended.headers ?? request.headers).get(DEBUG_HEADER);
    if (token !== null && facts.client !== undefined && this.#options.isOperator(facts.client, token)) {
      response.headers.append("server-timing", serverTiming(facts));
    }
    return response;
  }

  #isLogged({ isSystem, route, status }: RequestFacts, url: URL | undefined): boolean {
    const { accessLog, random } = this.#options;
    if (accessLog === 0 || route?.filters?.silent === true) return false;
    if (isSystem && url !== undefined && isQuiet(`/${url.pathname.split("/", 2)[1] ?? ""}`)) return false;
    return accessLog >= 1 || status >= 500 || random() < accessLog;
  }
}
