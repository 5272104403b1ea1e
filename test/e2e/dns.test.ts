/** DNS over HTTPS as clients speak it: a browser's GET and POST over HTTP/2, and kdig. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { type DecodedPacket, decode, encode, type Question } from "dns-packet";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { readCa, withHttp2 } from "./support/client.ts";
import { up, type Up } from "./support/lintel.ts";

const HOST = "edge.lintel.test";
const ZONE = "cluster.local";

const object = (apiVersion: string, kind: string, name: string, rest: object) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop", ...(rest as { metadata?: object }).metadata },
  ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== "metadata")),
});
const slice = (
  name: string,
  endpoints: readonly object[],
  port = { name: "http", port: 8080, protocol: "TCP" },
) =>
  object("discovery.k8s.io/v1", "EndpointSlice", `${name}-1`, {
    metadata: { labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [port],
    endpoints,
  });
const svc = (name: string, spec: object) => object("v1", "Service", name, { spec });

let lintel: Up;
let ca: Buffer;
beforeAll(async () => {
  const ports = [{ name: "http", port: 80, protocol: "TCP" }];
  lintel = await up(
    {
      "dns.json": [
        svc("web", { clusterIP: "10.96.0.20", clusterIPs: ["10.96.0.20", "fd00::20"], ports }),
        slice("web", [{ addresses: ["10.244.0.5"] }]),
        svc("db", { clusterIP: "None", clusterIPs: ["None"], ports }),
        slice("db", [
          { addresses: ["10.244.0.6"], hostname: "db-0" },
          { addresses: ["10.244.0.7"], conditions: { ready: false } },
          { addresses: ["10.244.0.8"] },
        ]),
        svc("out", { type: "ExternalName", externalName: "www.example.com" }),
        svc("alias", { type: "ExternalName", externalName: "web.shop.svc.cluster.local" }),
      ],
      "company.json": [
        object("networking.k8s.io/v1", "Ingress", "web", {
          spec: { ingressClassName: "lintel", rules: [{ host: "www.corp.example" }] },
        }),
        object("v1", "Service", "lb", {
          metadata: { annotations: { "external-dns.alpha.kubernetes.io/hostname": "lb.eu.corp.example" } },
          spec: { type: "LoadBalancer", clusterIP: "10.96.0.30", ports },
          status: { loadBalancer: { ingress: [{ ip: "192.0.2.30" }] } },
        }),
      ],
    },
    ["--external-zone", "corp.example", "--status-address", "203.0.113.7"],
  );
  ca = await readCa(lintel.ca);
});
afterAll(() => lintel.close());

interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly packet: DecodedPacket & { rcode?: string };
}

async function ask(name: string, type: Question["type"], method = "GET"): Promise<Reply> {
  const query = encode({ type: "query", id: 0, flags: 256, questions: [{ name, type }] });
  return withHttp2(lintel.https, HOST, ca, async (request) => {
    const answer =
      method === "GET"
        ? await request(`/dns-query?dns=${query.toString("base64url")}`, {
            headers: { accept: "application/dns-message" },
          })
        : await request("/dns-query", {
            method,
            headers: { "content-type": "application/dns-message" },
            body: query,
          });
    return {
      status: answer.status,
      headers: answer.headers,
      packet: decode(answer.bytes),
    };
  });
}

const textOf = (data: unknown) =>
  Array.isArray(data) ? data.map((part) => (part as Buffer).toString()).join(" ") : (data as string);

/** An answer as lines of zone text. */
const lines = ({ packet }: Reply) =>
  (packet.answers ?? [])
    .map((answer) => {
      if (answer.type === "SRV") {
        const { priority = 0, weight = 0, port, target } = answer.data;
        return `${answer.name} SRV ${priority} ${weight} ${port} ${target}`;
      }
      return "data" in answer ? `${answer.name} ${answer.type} ${textOf(answer.data)}` : answer.type;
    })
    .toSorted();

describe("a DoH client gets what CoreDNS would answer", () => {
  test.each<[Question["type"], string, string, string[]]>([
    ["A", "web.shop.svc", "NOERROR", ["web.shop.svc.cluster.local A 10.96.0.20"]],
    ["AAAA", "web.shop.svc", "NOERROR", ["web.shop.svc.cluster.local AAAA fd00::20"]],
    [
      "A",
      "db.shop.svc",
      "NOERROR",
      ["db.shop.svc.cluster.local A 10.244.0.6", "db.shop.svc.cluster.local A 10.244.0.8"],
    ],
    ["A", "db-0.db.shop.svc", "NOERROR", ["db-0.db.shop.svc.cluster.local A 10.244.0.6"]],
    ["A", "10-244-0-8.db.shop.svc", "NOERROR", ["10-244-0-8.db.shop.svc.cluster.local A 10.244.0.8"]],
    [
      "SRV",
      "_http._tcp.db.shop.svc",
      "NOERROR",
      [
        "_http._tcp.db.shop.svc.cluster.local SRV 0 50 8080 10-244-0-8.db.shop.svc.cluster.local",
        "_http._tcp.db.shop.svc.cluster.local SRV 0 50 8080 db-0.db.shop.svc.cluster.local",
      ],
    ],
    ["A", "out.shop.svc", "NOERROR", ["out.shop.svc.cluster.local CNAME www.example.com"]],
    [
      "A",
      "alias.shop.svc",
      "NOERROR",
      [
        "alias.shop.svc.cluster.local CNAME web.shop.svc.cluster.local",
        "web.shop.svc.cluster.local A 10.96.0.20",
      ],
    ],
    ["A", "10-244-9-9.shop.pod", "NOERROR", ["10-244-9-9.shop.pod.cluster.local A 10.244.9.9"]],
    ["TXT", "dns-version", "NOERROR", ["dns-version.cluster.local TXT 1.1.0"]],
    ["TXT", "web.shop.svc", "NOERROR", []],
    ["A", "nobody.shop.svc", "NXDOMAIN", []],
    ["A", "web.nowhere.svc", "NXDOMAIN", []],
  ])("%s %s: %s", async (type, name, rcode, expected) => {
    for (const method of ["GET", "POST"]) {
      const reply = await ask(`${name}.${ZONE}`, type, method);
      expect([reply.status, reply.packet.rcode, lines(reply)]).toEqual([200, rcode, expected]);
      expect(reply.headers["content-type"]).toBe("application/dns-message");
      expect(reply.headers["cache-control"]).toMatch(/^private, max-age=\d+$/);
    }
  });

  test.each([
    ["20.0.96.10.in-addr.arpa", ["20.0.96.10.in-addr.arpa PTR web.shop.svc.cluster.local"]],
    ["6.0.244.10.in-addr.arpa", ["6.0.244.10.in-addr.arpa PTR db-0.db.shop.svc.cluster.local"]],
  ])("PTR %s", async (name, expected) => {
    expect(lines(await ask(name, "PTR"))).toEqual(expected);
  });

  test.each<[Question["type"], string, string, readonly string[]]>([
    ["A", "www.corp.example", "NOERROR", ["www.corp.example A 203.0.113.7"]],
    ["A", "lb.eu.corp.example", "NOERROR", ["lb.eu.corp.example A 192.0.2.30"]],
    ["A", "eu.corp.example", "NOERROR", []],
    ["A", "nobody.corp.example", "NXDOMAIN", []],
    ["PTR", "30.2.0.192.in-addr.arpa", "NOERROR", ["30.2.0.192.in-addr.arpa PTR lb.eu.corp.example"]],
    ["NS", "corp.example", "NOERROR", ["corp.example NS ns.dns.corp.example"]],
  ])("names of the company: %s %s: %s", async (type, name, rcode, expected) => {
    const reply = await ask(name, type);
    expect([reply.packet.rcode, lines(reply)]).toEqual([rcode, expected]);
  });

  it("follows the manifests", async () => {
    expect((await ask(`new.shop.svc.${ZONE}`, "A")).packet.rcode).toBe("NXDOMAIN");
    await lintel.write("new.json", [
      svc("new", { clusterIP: "10.96.0.99", clusterIPs: ["10.96.0.99"], ports: [] }),
    ]);
    await lintel.lintel.printed(/published generation 2/, "stderr");
    expect(lines(await ask(`new.shop.svc.${ZONE}`, "A"))).toEqual([
      "new.shop.svc.cluster.local A 10.96.0.99",
    ]);
  });
});

// CI installs kdig; a machine that tries the project out need not have it.
const kdig = ["/usr/bin/kdig", "/opt/homebrew/bin/kdig", "/usr/local/bin/kdig"].find((path) =>
  existsSync(path),
);

describe.skipIf(kdig === undefined && process.env["CI"] === undefined)("kdig", () => {
  const dig = async (...args: string[]) => {
    const flags = ["@127.0.0.1", "-p", String(lintel.https), `+tls-ca=${lintel.ca}`, `+tls-hostname=${HOST}`];
    return (await promisify(execFile)(kdig ?? "kdig", [...flags, ...args])).stdout;
  };

  test.each([["+https"], ["+https-get"]])("resolves with %s", async (flag) => {
    expect(await dig(flag, "+short", `web.shop.svc.${ZONE}`, "A")).toBe("10.96.0.20\n");
  });

  it("sees EDNS and the authority", async () => {
    const answer = await dig("+https", "+edns", "+padding", `nobody.shop.svc.${ZONE}`, "A");
    expect(answer).toContain("status: NXDOMAIN");
    expect(answer).toMatch(/EDNS PSEUDOSECTION/);
    expect(answer).toMatch(/cluster\.local\.\s+\d+\s+IN\s+SOA\s+ns\.dns\.cluster\.local\./);
  });
});
