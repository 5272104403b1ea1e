import { describe, expect, test } from "vitest";
import { ACCESS_RECORD_HEADER, type Filters } from "../../../contract/index.ts";
import type { DataPoint } from "../../../worker/observe/data-point.ts";
import { BLOBS, DOUBLES } from "../../../worker/observe/data-point.ts";
import type { RequestFacts } from "../../../worker/observe/facts.ts";
import { Observer, type ObserverOptions } from "../../../worker/observe/observer.ts";
import type { Attributes } from "../../../worker/observe/span-attributes.ts";
import { routeWith } from "../support/exchange.ts";

const START = 1_790_000_000_000;
const SECRETS = "s3cret";

interface Init {
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly response?: Response;
  readonly filters?: Filters;
  readonly fill?: (facts: RequestFacts) => void;
}

function scene(options: Partial<ObserverOptions> = {}) {
  let at = START;
  const logged: object[] = [];
  const points: DataPoint[] = [];
  const span = {
    isTraced: true,
    names: [] as string[],
    attributes: [] as Attributes[],
    spanContext: () => ({ traceId: "c".repeat(32), spanId: "d".repeat(16) }),
    setAttributes: (attributes: Attributes) => void span.attributes.push(attributes),
    updateName: (name: string) => void span.names.push(name),
  };
  const observer = new Observer({
    cluster: "main",
    accessLog: 1,
    sampled: 1,
    hasListener: false,
    now: () => at,
    random: () => 0.5,
    fill: (bytes) => void bytes.fill(0xab),
    log: (_, fields) => void logged.push(JSON.parse(JSON.stringify(fields)) as object),
    isOperator: (_, token) => token === "operator",
    dataset: { writeDataPoint: (point) => void points.push(point) },
    ...options,
  });
  const ask = ({ url = "https://a.test/api/x?token=s3cret", headers = {}, ...init }: Init = {}) => {
    const request = new Request(url, { method: init.method ?? "GET", headers });
    const facts = observer.begins(request, observer.span());
    facts.client = { address: "192.0.2.7", scheme: "https", port: 443 };
    facts.generation = 7;
    facts.host = "*.test";
    facts.route = routeWith(init.filters);
    facts.backend = facts.route.backends[0];
    facts.endpoint = "10.0.0.1:8080";
    facts.tries = 1;
    facts.upstreamStatus = 200;
    facts.upstreamMs = 3;
    init.fill?.(facts);
    at += 5;
    const response = init.response ?? new Response("hello", { headers: { "content-length": "5" } });
    const ended = {
      request,
      url: new URL(url),
      requestId: "id-1",
      span: observer.span(),
      protocol: "HTTP/3",
      tls: "TLSv1.3",
    };
    return observer.ends(facts, ended, response);
  };
  return { observer, ask, logged, points, span };
}

const RECORD = {
  time: "2026-09-21T14:13:20.000Z",
  requestId: "id-1",
  traceId: "ab".repeat(16),
  client: "192.0.2.7",
  method: "GET",
  scheme: "https",
  host: "a.test",
  path: "/api/x",
  status: 200,
  ingress: "shop/web",
  rule: "*.test/",
  backend: "shop/web:80",
  endpoint: "10.0.0.1:8080",
  upstreamStatus: 200,
  tries: 1,
  durationMs: 5,
  upstreamMs: 3,
  bytes: 5,
  protocol: "HTTP/3",
  tls: "TLSv1.3",
  generation: 7,
};

describe("the access log", () => {
  test("a request is a line with all that is known of it, without its query", () => {
    const { ask, logged } = scene();
    ask();
    expect(logged).toEqual([RECORD]);
  });

  test("what no route was found for has the fields of its client alone", () => {
    const { ask, logged } = scene();
    ask({
      fill(facts) {
        for (const name of ["host", "route", "backend", "endpoint", "upstreamStatus"] as const) {
          facts[name] = undefined;
        }
        facts.tries = 0;
      },
      response: new Response(null, { status: 404 }),
    });
    const { client, time, requestId, traceId, method, scheme, host, path, generation } = RECORD;
    const { protocol, tls } = RECORD;
    const common = {
      client,
      time,
      requestId,
      traceId,
      method,
      scheme,
      host,
      path,
      generation,
      protocol,
      tls,
    };
    expect(logged).toEqual([{ ...common, status: 404, tries: 0, durationMs: 5 }]);
  });

  test("of what a client sends, headers and query are in no line, point or attribute", () => {
    const { ask, logged, points, span } = scene({ tracing: undefined });
    const headers = Object.fromEntries(
      ["authorization", "cookie", "user-agent", "referer", "x-api-key", "tracestate", "x-lintel-debug"].map(
        (name) => [name, SECRETS],
      ),
    );
    ask({ headers });
    expect(logged).toHaveLength(1);
    expect(JSON.stringify([logged, points, span.attributes])).not.toContain(SECRETS);
  });

  test("a path of the system host is cut to its first part, and the resolver's questions are no lines", () => {
    const { ask, logged } = scene();
    const system = (facts: RequestFacts) => {
      facts.isSystem = true;
      facts.route = undefined;
    };
    ask({ url: "https://edge.test/dns-query/s3cret", fill: system });
    ask({ url: "https://edge.test/healthz", fill: system });
    ask({ url: "https://edge.test/explain/s3cret", fill: system });
    expect(logged).toMatchObject([{ path: "/explain" }]);
  });

  test("a long path is cut off", () => {
    const { ask, logged } = scene();
    ask({ url: `https://a.test/${"x".repeat(2_000)}` });
    expect(logged).toMatchObject([{ path: `/${"x".repeat(511)}…` }]);
  });

  test.each<[string, Partial<ObserverOptions>, Init, number]>([
    ["off", { accessLog: 0 }, {}, 0],
    ["off, of a failure too", { accessLog: 0 }, { response: new Response(null, { status: 503 }) }, 0],
    ["a share that the draw is within", { accessLog: 0.6 }, {}, 1],
    ["a share that it is not", { accessLog: 0.4 }, {}, 0],
    ["a failure in any case", { accessLog: 0.4 }, { response: new Response(null, { status: 503 }) }, 1],
    ["an Ingress with enable-access-log: false", {}, { filters: { silent: true } }, 0],
  ])("how many lines: %s", (_, options, init, count) => {
    const { ask, logged } = scene(options);
    ask(init);
    expect(logged).toHaveLength(count);
  });

  test("a listener of ours gets the line in a header, and adds what it knows", () => {
    const { ask, logged } = scene({ hasListener: true });
    const rule = { type: "PathPrefix", value: "/ü" } as const;
    const response = ask({ fill: (facts) => void (facts.route = { ...routeWith(), match: { path: rule } }) });
    const text = response.headers.get(ACCESS_RECORD_HEADER) ?? "";
    expect(text).toMatch(/^[ -~]+$/);
    const { bytes: _, ...record } = RECORD;
    expect(JSON.parse(text)).toEqual({ ...record, rule: "*.test/ü" });
    expect(logged).toEqual([]);
  });
});

describe("Server-Timing", () => {
  test.each([
    ["the operator's token", "operator", true],
    ["another", "guess", false],
  ])("for who shows %s", (_, token, isTold) => {
    const header = scene()
      .ask({ headers: { "x-lintel-debug": token } })
      .headers.get("server-timing");
    expect(header).toBe(
      isTold
        ? `total;dur=5, upstream;dur=3, edge;dur=2, tries;desc="1", ingress;desc="shop/web", rule;desc="*.test/", ` +
            `backend;desc="shop/web:80", endpoint;desc="10.0.0.1:8080", generation;desc="7", trace;desc="${"ab".repeat(16)}"`
        : null,
    );
  });

  test("for nobody who does not ask", () => {
    expect(scene().ask().headers.has("server-timing")).toBe(false);
  });
});

test("a data point has its columns in the order that is documented, within the platform's limits", () => {
  const { ask, points } = scene({ accessLog: 0 });
  ask({ method: "HEAD", fill: (facts) => void (facts.cache = "hit") });
  const [point] = points;
  expect(point?.indexes).toEqual(["shop/web"]);
  expect(Object.fromEntries(BLOBS.map((name, n) => [name, point?.blobs[n]]))).toEqual({
    cluster: "main",
    ingress: "shop/web",
    rule: "*.test/",
    method: "HEAD",
    code: "2xx",
    backend: "shop/web:80",
    endpoint: "10.0.0.1:8080",
    fault: "",
    cache: "hit",
    limit: "",
    protocol: "HTTP/3",
    tls: "TLSv1.3",
  });
  expect(Object.fromEntries(DOUBLES.map((name, n) => [name, point?.doubles[n]]))).toEqual({
    status: 200,
    upstreamStatus: 200,
    durationMs: 5,
    upstreamMs: 3,
    tries: 1,
    bytes: 0,
    generation: 7,
  });
  expect(Math.max(BLOBS.length, DOUBLES.length)).toBeLessThanOrEqual(20);
});

describe("the platform's span", () => {
  test("gets the request in OpenTelemetry's words, and a name that no client chose", () => {
    const { ask, span } = scene();
    const { ask: traced } = scene({ tracing: { getActiveSpan: () => span } });
    ask();
    expect(span.attributes).toEqual([]);
    traced({ response: new Response(null, { status: 503 }), fill: (facts) => void (facts.tries = 3) });
    expect(span.names).toEqual(["GET *.test/"]);
    expect(span.attributes).toEqual([
      {
        "http.request.method": "GET",
        "url.scheme": "https",
        "url.path": "/api/x",
        "server.address": "a.test",
        "client.address": "192.0.2.7",
        "http.route": "*.test/",
        "http.response.status_code": 503,
        "http.request.resend_count": 2,
        "network.protocol.name": "http",
        "network.protocol.version": "3",
        "error.type": "503",
        "lintel.ingress": "shop/web",
        "lintel.backend": "shop/web:80",
        "lintel.endpoint": "10.0.0.1:8080",
        "lintel.upstream_status_code": 200,
        "lintel.generation": 7,
        "lintel.request_id": "id-1",
        "lintel.trace_id": "c".repeat(32),
      },
    ]);
  });

  test("is left alone where the platform does not trace this request", () => {
    const { ask, span } = scene();
    span.isTraced = false;
    const { ask: untraced } = scene({ tracing: { getActiveSpan: () => span } });
    ask();
    untraced();
    expect(span.attributes).toEqual([]);
  });
});

describe("keeps requests that failed", () => {
  const failed = (init: Init = {}) => ({ ...init, response: new Response(null, { status: 502 }) });
  test.each<[string, Init, number]>([
    ["with 5xx", failed(), 1],
    ["and none that was answered", {}, 0],
    ["and none of an Ingress that wants no log", failed({ filters: { silent: true } }), 0],
    ["and none of the edge's own", failed({ fill: (facts) => void (facts.isSystem = true) }), 0],
  ])("%s", (_, init, count) => {
    const { ask, observer } = scene({ accessLog: 0, dataset: undefined });
    ask(init);
    expect(observer.failures.list()).toHaveLength(count);
    expect(JSON.stringify(observer.failures.list())).not.toContain(SECRETS);
  });
});
