/** `lintel up` follows the Corefile: of a ConfigMap among the manifests, and a file of its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DecodedPacket, decode, encode } from "dns-packet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, readCa, withHttp2 } from "./support/client.ts";
import { up, type Up } from "./support/lintel.ts";

const HOST = "edge.lintel.test";

const web = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: {
    clusterIP: "10.96.0.20",
    clusterIPs: ["10.96.0.20"],
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
  },
};

const configMap = (data: Record<string, string>, name = "coredns") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "kube-system" },
  data,
});

const corefile = (zone: string, ttl: number | string) =>
  `.:53 {\n  errors\n  kubernetes ${zone} in-addr.arpa {\n    ttl ${ttl}\n  }\n  forward . /etc/resolv.conf\n}\n`;

async function ask(lintel: Up, name: string): Promise<DecodedPacket & { rcode?: string }> {
  const query = encode({ type: "query", id: 0, flags: 256, questions: [{ name, type: "A" }] });
  return withHttp2(lintel.https, HOST, await readCa(lintel.ca), async (request) => {
    const { bytes } = await request(`/dns-query?dns=${query.toString("base64url")}`);
    return decode(bytes);
  });
}

/** `address TTL`, or the response code. */
async function answer(lintel: Up, name: string): Promise<string> {
  const { answers, rcode } = await ask(lintel, name);
  const [first] = answers ?? [];
  return first?.type === "A" ? `${first.data} ${first.ttl}` : (rcode ?? "no code");
}

/** Where no plugin answers. */
const NO_ANSWER = /^(?:REFUSED|SERVFAIL)$/;

const becomes = (lintel: Up, name: string, expected: string) =>
  eventually(
    () => answer(lintel, name),
    (text) => text === expected,
  );

describe("a ConfigMap among the manifests", () => {
  let lintel: Up;
  beforeAll(async () => {
    lintel = await up({
      "web.json": [web],
      "dns.json": [configMap({ Corefile: corefile("cluster.local", 30) })],
    });
  });
  afterAll(() => lintel.close());

  it("is the resolver's configuration, with a warning for what an edge cannot do", async () => {
    expect(await answer(lintel, "web.shop.svc.cluster.local")).toBe("10.96.0.20 30");
    expect(await answer(lintel, "www.example.com")).toMatch(NO_ANSWER);
    const [line] = await lintel.lintel.printed(/.*CorefileIgnored.*/, "stderr");
    expect(line).toContain("/etc/resolv.conf");
    expect(line).toContain("line 6");
  });

  it("is followed when it changes", async () => {
    await lintel.write("dns.json", [configMap({ Corefile: corefile("corp.local", 60) })]);
    await becomes(lintel, "web.shop.svc.corp.local", "10.96.0.20 60");
    expect(await answer(lintel, "web.shop.svc.cluster.local")).toMatch(NO_ANSWER);
  });

  it("changes nothing when it is broken, and names the line", async () => {
    await lintel.write("dns.json", [configMap({ Corefile: corefile("cluster.local", "soon") })]);
    const [line] = await lintel.lintel.printed(/.*CorefileRefused.*/, "stderr");
    expect(line).toContain("ConfigMap kube-system/coredns");
    expect(line).toContain("line 4");
    expect(await answer(lintel, "web.shop.svc.corp.local")).toBe("10.96.0.20 60");
  });

  it("changes nothing either when the agent starts anew with it", async () => {
    lintel = await lintel.restart("SIGTERM");
    expect(await answer(lintel, "web.shop.svc.corp.local")).toBe("10.96.0.20 60");
  });

  it("is followed again once it is mended", async () => {
    await lintel.write("dns.json", [configMap({ Corefile: corefile("cluster.local", 15) })]);
    await becomes(lintel, "web.shop.svc.cluster.local", "10.96.0.20 15");
  });

  it("gives way to the standard when it goes", async () => {
    await lintel.write("dns.json", []);
    await becomes(lintel, "web.shop.svc.cluster.local", "10.96.0.20 5");
  });
});

describe("a file", () => {
  let folder: string;
  let lintel: Up;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lintel-corefile-"));
    await writeFile(join(folder, "Corefile"), "import common\n");
    await writeFile(join(folder, "common"), corefile("cluster.local", 30));
    lintel = await up({ "web.json": [web] }, ["--corefile", join(folder, "Corefile")]);
  });
  afterAll(async () => {
    await lintel.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("is the resolver's configuration, and is followed with what it imports", async () => {
    expect(await answer(lintel, "web.shop.svc.cluster.local")).toBe("10.96.0.20 30");
    await writeFile(join(folder, "common"), corefile("cluster.local", 60));
    await becomes(lintel, "web.shop.svc.cluster.local", "10.96.0.20 60");
  });

  it("keeps what it served when it is broken or gone, and is followed again when it is back", async () => {
    await writeFile(join(folder, "common"), "}");
    // Somebody who looks while the file is being written may find it empty first, and say so of the one that imports it.
    await lintel.lintel.printed(new RegExp(`${join(folder, "common")}.*CorefileRefused`), "stderr");
    await rm(join(folder, "Corefile"));
    await lintel.lintel.printed(/The Corefile cannot be read/, "stderr");
    expect(await answer(lintel, "web.shop.svc.cluster.local")).toBe("10.96.0.20 60");
    await writeFile(join(folder, "common"), corefile("cluster.local", 15));
    await writeFile(join(folder, "Corefile"), "import common\n");
    await becomes(lintel, "web.shop.svc.cluster.local", "10.96.0.20 15");
  });
});
