/** Cloudflare's API for zones and their certificates, on a port of loopback: checks requests, keeps state, fails on demand. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Operation, OPERATIONS, ROUTES, uploadSchema } from "./requests.ts";

export const ACCOUNT = "account-1";
export const TOKEN = "token-1";

export interface FakePack {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly hosts: readonly string[];
}

export interface FakeCustom {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly expires_on: string;
  readonly issuer: string;
  readonly uploaded_on: string;
  readonly modified_on: string;
  /** Not told by the API. */
  readonly certificate: string;
}

export interface FakeZone {
  readonly id: string;
  readonly name: string;
  packs: FakePack[];
  custom: FakeCustom[];
  /** How many custom certificates it may hold; `undefined` for a plan without them. */
  quota: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeZones {
  readonly url: string;
  readonly zones: FakeZone[];
  /** `createCustom zone-1` for each request, in their order; a refused one is `refused METHOD URL: why`. */
  readonly requests: string[];
  /** Asked before each request is carried out: an answer in place of the real one. */
  fault: (operation: Operation, zone: string) => Answer | "carry out, then cut off" | undefined;
  now: () => number;
  /** Whether a PATCH keeps the identifier; Cloudflare documents a new one for `sni_custom`. */
  keepsId: boolean;
  close(): Promise<void>;
}

export function failure(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  return {
    status,
    headers,
    body: { success: false, errors: [{ code, message }], messages: [], result: null },
  };
}

export async function startFakeZones(now: () => number): Promise<FakeZones> {
  let drawn = 0;

  function found(result: unknown): Answer {
    return { status: 200, body: { success: true, errors: [], messages: [], result } };
  }

  function paged(items: readonly unknown[], query: URLSearchParams): Answer {
    const page = Number(query.get("page") ?? 1);
    const per_page = Number(query.get("per_page") ?? 20);
    const result = items.slice((page - 1) * per_page, page * per_page);
    const total_pages = Math.ceil(items.length / per_page);
    const result_info = { page, per_page, count: result.length, total_count: items.length, total_pages };
    return { status: 200, body: { success: true, errors: [], messages: [], result, result_info } };
  }

  function told({ certificate: _certificate, ...custom }: FakeCustom) {
    return {
      ...custom,
      bundle_method: "ubiquitous",
      signature: "ECDSAWithSHA256",
      status: "active",
      priority: 0,
    };
  }

  function made(zone: FakeZone, body: unknown, id: string): FakeCustom | Answer {
    const { certificate } = uploadSchema.parse(body);
    const leaf = new X509Certificate(certificate);
    const hosts = (leaf.subjectAltName ?? "").split(", ").map((name) => name.replace("DNS:", ""));
    if (zone.custom.some((custom) => custom.certificate === certificate)) {
      return failure(400, 1220, "This certificate has already been submitted.");
    }
    if (!hosts.some((host) => host === zone.name || host.endsWith(`.${zone.name}`))) {
      return failure(
        400,
        2103,
        "The certificate chain you uploaded does not include any hostnames from your zone.",
      );
    }
    const time = new Date(fake.now()).toISOString();
    const expires_on = leaf.validToDate.toISOString();
    return { id, hosts, expires_on, issuer: "TestCA", uploaded_on: time, modified_on: time, certificate };
  }

  function put(zone: FakeZone, body: unknown, old: FakeCustom | undefined): Answer {
    drawn += 1;
    const id = old !== undefined && fake.keepsId ? old.id : `cert-${drawn}`;
    const custom = made(zone, body, id);
    if ("status" in custom) return custom;
    zone.custom = [...zone.custom.filter((other) => other !== old), custom];
    return found(told(custom));
  }

  function carryOut(
    operation: Operation,
    parts: readonly string[],
    query: URLSearchParams,
    body: unknown,
  ): Answer {
    if (operation === "listZones") {
      return paged(
        fake.zones.map(({ id, name }) => ({ id, name, status: "active" })),
        query,
      );
    }
    const zone = fake.zones.find(({ id }) => id === parts[0]);
    if (zone === undefined) return failure(403, 9109, "Unauthorized to access requested resource");
    if (operation === "getZone") return found({ id: zone.id, name: zone.name, status: "active" });
    if (operation === "listPacks") {
      return paged(
        zone.packs.map((pack) => ({ ...pack, certificates: [] })),
        query,
      );
    }
    if (zone.quota === undefined) return failure(403, 1011, "Plan level does not allow custom certificates");
    if (operation === "listCustom") return paged(zone.custom.map(told), query);
    if (operation === "createCustom") {
      if (zone.custom.length < zone.quota) return put(zone, body, undefined);
      return failure(400, 1212, "You have reached the maximum number of custom certificates.");
    }
    const old = zone.custom.find(({ id }) => id === parts[1]);
    if (old === undefined) return failure(404, 1002, "Invalid certificate.");
    if (operation === "editCustom") return put(zone, body, old);
    zone.custom = zone.custom.filter((other) => other !== old);
    return found({ id: old.id });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? "/", "http://api");
    const answer = answerTo(request, url, text === "" ? undefined : (JSON.parse(text) as unknown));
    if (answer === undefined) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.body ?? null));
  }

  function answerTo({ method, headers }: IncomingMessage, url: URL, body: unknown): Answer | undefined {
    if (headers.authorization !== `Bearer ${TOKEN}`) return failure(401, 10000, "Authentication error");
    const operation = OPERATIONS.find(
      (name) => ROUTES[name].method === method && ROUTES[name].path.test(url.pathname),
    );
    if (operation === undefined) return refuse(method, url, "no such route");
    const route = ROUTES[operation];
    const query = route.query.safeParse(Object.fromEntries(url.searchParams));
    if (!query.success) return refuse(method, url, query.error.message);
    const checked = route.body.safeParse(body);
    if (!checked.success) return refuse(method, url, checked.error.message);
    const parts = route.path.exec(url.pathname)?.slice(1) ?? [];
    fake.requests.push([operation, ...parts].join(" "));
    const fault = fake.fault(operation, parts[0] ?? "");
    if (fault === undefined) return carryOut(operation, parts, url.searchParams, body);
    if (fault !== "carry out, then cut off") return fault;
    carryOut(operation, parts, url.searchParams, body);
    return undefined;
  }

  function refuse(method: string | undefined, url: URL, why: string): Answer {
    fake.requests.push(`refused ${method} ${url.pathname}${url.search}: ${why}`);
    return failure(400, 7003, `Could not route or read the request: ${why}`);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const fake: FakeZones = {
    url: `http://127.0.0.1:${port}/client/v4`,
    zones: [],
    requests: [],
    fault: () => undefined,
    now,
    keepsId: false,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}
