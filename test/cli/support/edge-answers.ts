/** What an edge answers at `/api`, for what asks it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  CertificatesAnswer,
  FailuresAnswer,
  HistoryAnswer,
  OverviewAnswer,
  TrafficAnswer,
  WarningsAnswer,
} from "../../../cli/edge-api.ts";

const TRAFFIC = { requests: 12_345, errors: 12, clientErrors: 40, perSecond: 20.575, p50: 4.21, p99: 1234 };

export const OVERVIEW: OverviewAnswer = {
  cluster: "default",
  generation: 12,
  published: "2026-11-29T02:00:00.000Z",
  ageSeconds: 192,
  hold: null,
  lastError: null,
  agent: {
    id: "agent-0",
    version: "0.1.0",
    mode: "cluster",
    ageSeconds: 12,
    silent: false,
    checks: [{ name: "source", problem: null }],
    compileMs: 12,
    publishMs: 80,
  },
  agentProblem: null,
  counts: {
    hosts: 3,
    routes: 1200,
    services: 4,
    servicesDown: 1,
    certificates: 7,
    endpoints: { ready: 9, notReady: 1, draining: 0 },
  },
  complete: true,
  traffic: { minutes: 10, ...TRAFFIC },
};

export const WARNINGS: WarningsAnswer["warnings"] = [
  {
    severity: "error",
    object: "Service shop/cart",
    field: null,
    message: "None of its endpoints is ready.",
    remedy: "Look at its pods.",
  },
  {
    severity: "warning",
    object: "Ingress shop/web",
    field: "spec.rules[0].host",
    message: "is reserved\u001B[31m\nby the edge.",
    remedy: null,
  },
];

export const CERTIFICATES: CertificatesAnswer["certificates"] = [
  {
    name: "shop.test",
    secret: "shop/tls",
    expires: "2026-12-01T00:00:00.000Z",
    days: 1,
    state: "urgent",
    chain: { issuer: "R11 (Let's Encrypt)", state: "issued", sent: 2, root: "ISRG Root X1" },
  },
  {
    name: "*.shop.test",
    secret: "shop/wildcard",
    expires: "2027-06-01T00:00:00.000Z",
    days: 183,
    state: "valid",
    chain: { issuer: "Company CA", state: "alone", sent: 1, root: "Company CA" },
  },
];

export const FAILURES: FailuresAnswer["failures"] = [
  {
    time: "2026-11-29T02:41:12.345Z",
    requestId: "f2e1054a",
    method: "GET",
    host: "shop.test",
    path: "/cart",
    status: 502,
    service: "shop/cart:80",
    reason: "No connection to 10.0.0.9:8080 could be made.",
  },
];

export const HISTORY: HistoryAnswer = {
  generations: [
    {
      generation: 42,
      time: 1_795_919_000_000,
      served: true,
      hold: { generation: 40, reason: "it broke" },
      records: { hosts: 31, services: 18, certificates: 12 },
      problem: null,
      changed: {
        since: 41,
        lines: ["Service shop/web: endpoints 10.0.0.7 (web-a) removed, 2 ready"],
        more: 3,
      },
    },
    {
      generation: 41,
      time: null,
      served: false,
      hold: null,
      records: null,
      problem: "KV does not have it any more",
      changed: null,
    },
  ],
  after: 42,
  comparison: {
    changes: [{ section: "hosts", kind: "removed", name: "shop.test", details: ["of Ingress shop/web"] }],
    omitted: 0,
    incomplete: [],
  },
  problem: null,
};

export const TRAFFIC_ANSWER: TrafficAnswer = {
  since: "2026-11-29T01:00:00.000Z",
  minutes: 5,
  summary: { minutes: 10, ...TRAFFIC },
  hosts: [
    { host: "shop.test", requests: 12_000, errors: 2, ms: 3.21 },
    { host: "*", requests: 300, errors: 10, ms: 80 },
    { host: "new.test", requests: 45, errors: 0 },
  ],
  services: [{ service: "shop/web:80", requests: 12_000, errors: 2, ms: 3.21 }],
  endpoints: [
    { endpoint: "10.0.0.1:8080", service: "shop/web:80", requests: 7000, errors: 0, ms: 3 },
    { endpoint: "10.0.0.2:8080", service: "shop/web:80", requests: 5000, errors: 2, ms: 3.5 },
  ],
};

export interface FakeEdge {
  readonly url: string;
  /** Host and Authorization of each request. */
  readonly asked: {
    readonly path: string;
    readonly host: string;
    readonly authorization: string | undefined;
  }[];
  /** In place of what would be answered. */
  answer: { readonly status: number; readonly body: string } | undefined;
  close(): void;
}

export async function startFakeEdge(): Promise<FakeEdge> {
  const answers: Record<string, unknown> = {
    "/api/overview": OVERVIEW,
    "/api/warnings": { warnings: WARNINGS },
    "/api/certificates": { total: 2, certificates: CERTIFICATES },
    "/api/failures": { failures: FAILURES },
    "/api/history": HISTORY,
    "/api/history?before=40": HISTORY,
    "/api/traffic": TRAFFIC_ANSWER,
  };
  const asked: FakeEdge["asked"] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    const { host = "", authorization } = request.headers;
    asked.push({ path, host, authorization });
    response.statusCode = edge.answer?.status ?? 200;
    response.end(edge.answer?.body ?? JSON.stringify(answers[path]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const edge: FakeEdge = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: undefined,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return edge;
}
