/** Programs that speak DoH themselves reach a Service under its name, as docs/dns-clients.md sets them up. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCa } from "./support/client.ts";
import { type Up, up } from "./support/lintel.ts";
import { Pod } from "./support/pods.ts";
import { isMissing, output } from "./support/tools.ts";

const TOKEN = "s3cret";
// Not cluster.local: Chromium leaves names under .local to the operating system (RFC 6762).
const DOMAIN = "k8s.test";
const SYSTEM_HOST = "edge.lintel.test";

let base: string;
let edge: Up;
let pod: Pod;
let url: string;
/** The Service's address under its name in DNS. */
let service: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "lintel-doh-"));
  pod = await Pod.start("web", (request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<p>hello from ${request.headers.host}</p>`);
  });
  // A cluster address that this machine has: what is resolved can be connected to.
  const spec = {
    clusterIP: "127.0.0.1",
    clusterIPs: ["127.0.0.1"],
    ports: [{ name: "http", port: pod.port, protocol: "TCP" }],
  };
  const web = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" }, spec };
  const flags = ["--cluster-domain", DOMAIN, "--dns-access", "token", "--dns-token", TOKEN];
  edge = await up({ "web.json": [web] }, flags);
  url = `https://${SYSTEM_HOST}:${edge.https}/dns-query/${TOKEN}`;
  service = `http://web.shop.svc.${DOMAIN}:${pod.port}/`;
});
afterAll(async () => {
  await edge.close();
  await pod.close();
  await rm(base, { recursive: true, force: true });
});

const greeting = () => `hello from web.shop.svc.${DOMAIN}:${pod.port}`;

describe.skipIf(isMissing("curl"))("curl --doh-url", () => {
  const curl = (dohUrl: string, trust: readonly string[]) =>
    output("curl", [
      "-sS",
      "--doh-url",
      dohUrl,
      ...trust,
      "--resolve",
      `${SYSTEM_HOST}:${edge.https}:127.0.0.1`,
      service,
    ]);

  it("finds the Service", async () => {
    expect(await curl(url, ["--cacert", edge.ca])).toContain(greeting());
  });

  it("does not with another token, nor without trust in the authority", async () => {
    expect(await curl(url.replace(TOKEN, "wrong"), ["--cacert", edge.ca])).toMatch(/Could ?n.t resolve/i);
    expect(await curl(url, [])).toMatch(/Could ?n.t resolve/i);
  });
});

/** SHA-256 of the key that the edge shows, as Chromium takes it. */
async function pinOf(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", servername: SYSTEM_HOST, ca: await readCa(edge.ca) });
  await once(socket, "secureConnect");
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  socket.destroy();
  return createHash("sha256")
    .update(key ?? "")
    .digest("base64");
}

describe.skipIf(isMissing("chromium"))("Chromium with a DoH template", () => {
  /** Loads the page with the setting that "Use secure DNS" writes, and gives what it shows. */
  async function load(name: string, template: string): Promise<string> {
    const profile = join(base, name);
    await mkdir(profile);
    const state = { dns_over_https: { mode: "secure", templates: template } };
    await writeFile(join(profile, "Local State"), JSON.stringify(state));
    return output("chromium", [
      "--headless",
      // The sandbox needs rights that containers seldom give; the page is the test's own.
      "--no-sandbox",
      "--disable-gpu",
      `--user-data-dir=${profile}`,
      `--host-resolver-rules=MAP ${SYSTEM_HOST} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${await pinOf(edge.https)}`,
      "--dump-dom",
      service,
    ]);
  }

  it("finds the Service", async () => {
    expect(await load("right", `${url}{?dns}`)).toContain(greeting());
  });

  it("does not with another token: then the name is nowhere", async () => {
    expect(await load("wrong", `${url.replace(TOKEN, "wrong")}{?dns}`)).not.toContain(greeting());
  });
});
