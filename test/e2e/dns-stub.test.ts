/** dig and kdig by plain DNS, through `lintel dns`, to `lintel up`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { eventually } from "./support/client.ts";
import { type Up, up } from "./support/lintel.ts";
import { freePorts } from "./support/ports.ts";
import { startStub, type Stub } from "./support/stub.ts";
import { isMissing, output } from "./support/tools.ts";

const TOKEN = "s3cret";
const ZONE = "shop.svc.cluster.local";
const ENDPOINTS = 200;

const object = (kind: string, name: string, rest: object, labels: Record<string, string> = {}) => ({
  apiVersion: kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1",
  kind,
  metadata: { name, namespace: "shop", labels },
  ...rest,
});
const ports = [{ name: "http", port: 80, protocol: "TCP" }];
const OBJECTS = [
  object("Service", "web", {
    spec: { clusterIP: "10.96.0.20", clusterIPs: ["10.96.0.20", "fd00::20"], ports },
  }),
  object("Service", "many", { spec: { clusterIP: "None", clusterIPs: ["None"], ports } }),
  object(
    "EndpointSlice",
    "many-1",
    {
      addressType: "IPv4",
      ports,
      endpoints: Array.from({ length: ENDPOINTS }, (_, i) => ({ addresses: [`10.244.1.${i}`] })),
    },
    { "kubernetes.io/service-name": "many" },
  ),
];

let edge: Up;
let stub: Stub;
beforeAll(async () => {
  const [https = 0] = await freePorts(1);
  // A port to come back on.
  const flags = ["--https", `127.0.0.1:${https}`, "--dns-access", "token", "--dns-token", TOKEN];
  edge = await up({ "dns.json": OBJECTS }, flags);
  const url = `https://edge.lintel.test:${https}/dns-query/${TOKEN}`;
  const env = { LINTEL_DNS_DOH: url, LINTEL_DNS_CONNECT: `127.0.0.1:${https}` };
  stub = await startStub(["--ca", edge.ca], env);
});
afterAll(async () => {
  await stub.lintel.stop();
  await edge.close();
});

function ask(program: string, ...args: string[]): Promise<string> {
  return output(program, ["@127.0.0.1", "-p", String(stub.port), ...args]);
}
const addressesIn = (text: string) => new Set(text.match(/\b10\.244\.1\.\d+\b/g)).size;

describe.each([["dig"], ["kdig"]])("%s", (program) => {
  const has = test.skipIf(isMissing(program));

  has.each([
    ["UDP", "+notcp"],
    ["TCP", "+tcp"],
  ])("resolves over %s", async (_, flag) => {
    expect(await ask(program, flag, "+short", `web.${ZONE}`, "A")).toBe("10.96.0.20\n");
    expect(await ask(program, flag, "+short", `web.${ZONE}`, "AAAA")).toBe("fd00::20\n");
    expect(await ask(program, flag, "+short", "-x", "10.96.0.20")).toBe(`web.${ZONE}.\n`);
  });

  has("resolves names that do not exist to that", async () => {
    const answer = await ask(program, `nobody.${ZONE}`, "A");
    expect(answer).toContain("status: NXDOMAIN");
    expect(answer).toMatch(/cluster\.local\.\s+\d+\s+IN\s+SOA\s+ns\.dns\.cluster\.local\./);
  });

  has("is told what the resolver refuses", async () => {
    expect(await ask(program, "www.example.com", "A")).toContain("status: REFUSED");
  });

  has("gets a part over UDP, and says so", async () => {
    const cut = await ask(program, "+ignore", "+bufsize=1232", `many.${ZONE}`, "A");
    expect(cut).toMatch(/[Ff]lags: qr aa tc/);
    expect(cut).toMatch(/EDNS PSEUDOSECTION|OPT PSEUDOSECTION/);
    expect(addressesIn(cut)).toBeGreaterThan(50);
    expect(addressesIn(cut)).toBeLessThan(ENDPOINTS);
  });

  has("gets the whole over TCP then", async () => {
    const whole = await ask(program, `many.${ZONE}`, "A");
    expect(addressesIn(whole)).toBe(ENDPOINTS);
    expect(whole).toMatch(/\(TCP\)/);
  });

  has("gets the whole over UDP by a larger size", async () => {
    const whole = await ask(program, "+bufsize=8192", `many.${ZONE}`, "A");
    expect(addressesIn(whole)).toBe(ENDPOINTS);
    expect(whole).toMatch(/\(UDP\)/);
  });

  has("is refused a zone transfer", async () => {
    expect(await ask(program, "cluster.local", "AXFR")).toMatch(/Transfer failed|REFUSED/);
  });
});

describe.skipIf(isMissing("dnsmasq"))("dnsmasq", () => {
  it("sends the cluster's names there", async () => {
    const [port = 0] = await freePorts(1);
    const child = spawn("dnsmasq", [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
      "--pid-file=",
      `--user=${userInfo().username}`,
      "--listen-address=127.0.0.1",
      "--bind-interfaces",
      `--port=${port}`,
      `--server=/cluster.local/127.0.0.1#${stub.port}`,
      `--rev-server=10.96.0.0/16,127.0.0.1#${stub.port}`,
    ]);
    const ended = once(child, "close");
    try {
      const dig = (...args: string[]) => output("dig", ["@127.0.0.1", "-p", String(port), ...args]);
      await eventually(
        () => dig("+short", `web.${ZONE}`, "A"),
        (answer) => answer === "10.96.0.20\n",
      );
      expect(addressesIn(await dig(`many.${ZONE}`, "A"))).toBe(ENDPOINTS);
      expect(await dig("+short", "-x", "10.96.0.20")).toBe(`web.${ZONE}.\n`);
    } finally {
      child.kill();
      await ended;
    }
  });
});

// kdig writes names in lower case by itself.
test.skipIf(isMissing("dig"))("a client gets its spelling back", async () => {
  const answer = await ask("dig", "+noall", "+answer", "WeB.Shop.svc.cluster.local", "A");
  expect(answer).toMatch(/^WeB\.Shop\.svc/);
});

describe.skipIf(isMissing("dig"))("when the edge goes", () => {
  const dig = (name: string) => ask("dig", "+tries=1", `${name}.${ZONE}`, "A");

  it("what is known stays, what is not is SERVFAIL; and when it is back, all is well", async () => {
    await dig("web");
    await edge.lintel.stop();
    const stale = await eventually(
      () => dig("web"),
      (answer) => answer.includes("Stale Answer"),
    );
    expect(stale).toMatch(/status: NOERROR/);
    expect(stale).toMatch(/\s30\s+IN\s+A\s+10\.96\.0\.20/);
    const unknown = await dig("unknown");
    expect(unknown).toContain("status: SERVFAIL");
    expect(unknown).toMatch(/EDE: 23 \(Network Error\).*edge\.lintel\.test:\d+ cannot be reached/);

    edge = await edge.restart("SIGTERM");
    await eventually(
      () => dig("unknown"),
      (answer) => answer.includes("status: NXDOMAIN"),
    );
    const fresh = await eventually(
      () => dig("web"),
      (answer) => !answer.includes("Stale"),
    );
    expect(fresh).toMatch(/\s5\s+IN\s+A\s+10\.96\.0\.20/);
  });

  it("the log says so, without names and without the token", () => {
    expect(stub.lintel.stderr).toContain("the resolver fails");
    expect(stub.lintel.stderr).toContain("the resolver answers again");
    expect(stub.lintel.stdout + stub.lintel.stderr).not.toMatch(/s3cret|shop/);
  });
});

it("ends cleanly", async () => {
  const other = await startStub(["--doh", `https://edge.lintel.test:${edge.https}/dns-query`]);
  expect((await other.lintel.stop("SIGINT")).code).toBe(0);
});
