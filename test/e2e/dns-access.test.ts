/** Who may ask the resolver, and what they see: a Secret among the manifests, asked by programs over real sockets. */
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { sha256 } from "../../contract/index.ts";
import { eventually, get } from "./support/client.ts";
import { run, up, type Up } from "./support/lintel.ts";
import { isMissing, output } from "./support/tools.ts";

const HOST = "edge.lintel.test";
const WEB = "web.shop.svc.cluster.local";
const PAY = "api.pay.svc.cluster.local";

const service = (namespace: string, name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec,
});
const clusterIP = (namespace: string, name: string, address: string) =>
  service(namespace, name, {
    clusterIP: address,
    clusterIPs: [address],
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
  });

const VIEWS = `
views:
  team:
    namespaces: [shop]
    zones: [cluster.local]
    search: [shop.svc.cluster.local, svc.cluster.local]
  payers: { namespaces: [pay], zones: [cluster.local, in-addr.arpa] }
  public: { namespaces: [shop], zones: [svc.cluster.local] }
`;

const secret = (document: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "dns-access", namespace: "lintel" },
  stringData: { "access.yaml": document },
});

async function withTokens(views = VIEWS, more = ""): Promise<object> {
  const entry = async (name: string, rest: string) => `  ${name}: { sha256: ${await sha256(name)}, ${rest} }`;
  const entries = await Promise.all([
    entry("ann", "view: team"),
    entry("bob", "view: payers"),
    entry("slow", "view: team, perSecond: 1"),
  ]);
  return secret(`${views}tokens:\n${entries.join("\n")}\n${more}`);
}

let lintel: Up;
beforeAll(async () => {
  lintel = await up(
    {
      "services.json": [
        clusterIP("shop", "web", "10.96.0.20"),
        clusterIP("pay", "api", "10.96.0.30"),
        service("shop", "into-pay", { type: "ExternalName", externalName: PAY }),
      ],
      "access.json": [await withTokens()],
    },
    ["--dns-access", "token", "--dns-token", "0wn"],
  );
});
afterAll(() => lintel.close());

/** What comes behind the path, and headers. */
type Shown = readonly [string, Record<string, string>];
const SHOWN = {
  path: (token: string): Shown => [`/${token}`, {}],
  bearer: (token: string): Shown => ["", { authorization: `Bearer ${token}` }],
};
const NOTHING: Shown = ["", {}];

/** The status, or the DNS answer in JSON: `rcode data…`. */
async function ask(shown: Shown, name: string, type = "A") {
  const [path, headers] = shown;
  const reply = await get(lintel.http, HOST, `/dns-query${path}?name=${name}&type=${type}`, { headers });
  if (reply.status !== 200) return String(reply.status);
  const { Status, Answer = [] } = JSON.parse(reply.body) as { Status: number; Answer?: { data: string }[] };
  return [Status, ...Answer.map(({ data }) => data)].join(" ");
}

describe.each(["path", "bearer"] as const)("a token as %s", (how) => {
  test.each([
    ["sees its view's namespace", "ann", WEB, "A", "0 10.96.0.20"],
    ["does not see another: NXDOMAIN", "ann", PAY, "A", "3"],
    ["nor by an alias that leads there", "ann", "into-pay.shop.svc.cluster.local", "A", "0"],
    ["is refused another zone", "ann", "20.0.96.10.in-addr.arpa", "PTR", "5"],
    ["of another view sees the other namespace", "bob", PAY, "A", "0 10.96.0.30"],
    ["has reverse names where its zones say so", "bob", "30.0.96.10.in-addr.arpa", "PTR", `0 ${PAY}.`],
    ["and only those of its namespaces", "bob", "20.0.96.10.in-addr.arpa", "PTR", "5"],
    ["finds short names in its search list", "ann", "web", "A", `0 ${WEB}. 10.96.0.20`],
    ["finds none of a hidden namespace there", "ann", "api.pay", "A", "5"],
    ["that is none is refused", "nobody", WEB, "A", "401"],
    ["of the resolver itself sees all", "0wn", PAY, "A", "0 10.96.0.30"],
  ])("%s", async (_, token, name, type, expected) => {
    expect(await ask(SHOWN[how](token), name, type)).toBe(expected);
  });
});

describe("everybody", () => {
  test.each([
    ["has the public view", WEB, "0 10.96.0.20"],
    ["sees no namespace that it does not name", PAY, "3"],
    ["is refused what is of no zone of it", "dns-version.cluster.local", "5"],
  ])("%s", async (_, name, expected) => {
    expect(await ask(NOTHING, name)).toBe(expected);
  });
});

describe.skipIf(isMissing("curl"))("curl", () => {
  const curl = (path: string, ...more: string[]) =>
    output("curl", [
      "-sS",
      "--cacert",
      lintel.ca,
      "--resolve",
      `${HOST}:${lintel.https}:127.0.0.1`,
      `https://${HOST}:${lintel.https}${path}?name=${WEB}&type=A`,
      ...more,
    ]);

  it("reads JSON over HTTPS, with the token in the path or as a bearer token", async () => {
    for (const text of [
      await curl("/dns-query/ann", "-H", "accept: application/dns-json"),
      await curl("/dns-query", "-H", "authorization: Bearer ann"),
    ]) {
      expect(JSON.parse(text)).toMatchObject({ Status: 0, Answer: [{ name: WEB, data: "10.96.0.20" }] });
    }
  });

  it("is told what a wrong token is", async () => {
    const text = await curl("/dns-query/nobody", "-i");
    expect(text).toMatch(/^HTTP\/2 401/);
    expect(text).toMatch(/^www-authenticate: Bearer .*invalid_token/m);
  });
});

describe.skipIf(isMissing("kdig"))("kdig", () => {
  const kdig = (token: string, ...question: string[]) =>
    output("kdig", [
      "@127.0.0.1",
      "-p",
      String(lintel.https),
      `+tls-ca=${lintel.ca}`,
      `+tls-hostname=${HOST}`,
      `+https=/dns-query/${token}`,
      ...question,
    ]);

  it("asks with the token in the path", async () => {
    expect(await kdig("ann", "+short", WEB)).toBe("10.96.0.20\n");
    expect(await kdig("ann", PAY)).toContain("status: NXDOMAIN");
    expect(await kdig("ann", "-x", "10.96.0.20")).toContain("status: REFUSED");
    expect(await kdig("bob", "+short", PAY)).toBe("10.96.0.30\n");
    expect(await kdig("nobody", "+short", WEB)).not.toContain("10.96.0.20");
  });

  it("is shown by a CNAME what a short name stands for", async () => {
    const answer = await kdig("ann", "web");
    expect(answer).toMatch(/^web\.\s+\d+\s+IN\s+CNAME\s+web\.shop\.svc\.cluster\.local\./m);
    expect(answer).toMatch(/^web\.shop\.svc\.cluster\.local\.\s+\d+\s+IN\s+A\s+10\.96\.0\.20/m);
  });
});

it("more than a token's rate is 429, and others are not held up by it", async () => {
  // Five times the rate may come at once; of thirty at the same time some are too many on any machine.
  const replies = await Promise.all(
    Array.from({ length: 30 }, () => get(lintel.http, HOST, `/dns-query/slow?name=${WEB}`)),
  );
  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(5);
  const refused = replies.find(({ status }) => status === 429);
  expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  expect(await ask(SHOWN.path("ann"), WEB)).toBe("0 10.96.0.20");
});

describe("a Secret that changes", () => {
  const becomes = (shown: Shown, name: string, expected: string) =>
    eventually(
      () => ask(shown, name),
      (text) => text === expected,
    );

  it("lets in by what `lintel token` prints, as it is pasted", async () => {
    const { stdout, code } = await run(["token", "--name", "new laptop", "--view", "payers"]);
    expect(code).toBe(0);
    const token = /^token: (\S+)$/m.exec(stdout)?.[1] ?? "";
    const entry = /^tokens:\n(.*\n)/m.exec(stdout)?.[1] ?? "";
    expect(entry).not.toContain(token);
    expect(await ask(SHOWN.path(token), PAY)).toBe("401");
    await lintel.write("access.json", [await withTokens(VIEWS, entry)]);
    await becomes(SHOWN.path(token), PAY, "0 10.96.0.30");
    expect(await ask(SHOWN.bearer(token), WEB)).toBe("3");
  });

  it("gives a token another view's sight", async () => {
    const views = VIEWS.replace("namespaces: [pay]", "namespaces: [shop]");
    await lintel.write("access.json", [await withTokens(views)]);
    await becomes(SHOWN.path("bob"), PAY, "3");
    expect(await ask(SHOWN.path("bob"), WEB)).toBe("0 10.96.0.20");
  });

  it("lets in no longer by a token that it lost, nor anybody once it has no public view", async () => {
    const digest = await sha256("bob");
    const views = VIEWS.replace(/^ {2}public:.*\n/m, "");
    const document = `${views}tokens:\n  bob: { sha256: ${digest}, view: payers }\n`;
    await lintel.write("access.json", [secret(document)]);
    await becomes(SHOWN.path("ann"), WEB, "401");
    expect(await ask(NOTHING, WEB)).toBe("401");
    expect(await ask(SHOWN.path("bob"), PAY)).toBe("0 10.96.0.30");
  });

  it("lets nobody in but by the resolver's own token once it is gone", async () => {
    await lintel.write("access.json", "");
    await becomes(SHOWN.path("bob"), PAY, "401");
    expect(await ask(SHOWN.bearer("0wn"), PAY)).toBe("0 10.96.0.30");
  });
});
