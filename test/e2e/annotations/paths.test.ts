/** Paths, rewriting and redirects of ingress-nginx's Ingresses, over sockets. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { selfSigned } from "../support/certificates.ts";
import { type Answer, get, getTls, readCa } from "../support/client.ts";
import { run, up, type Up } from "../support/lintel.ts";
import { ingress, type IngressSpec, service, tlsSecret } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

const NGINX = "nginx.ingress.kubernetes.io/";
let lintel: Up;
let pods: Pod[];
let ca: Buffer;

/** An Ingress of the adopted class with annotations. */
function annotated(name: string, annotations: Record<string, string>, spec: IngressSpec): object {
  const plain = ingress(name, { className: "nginx", ...spec }) as { metadata: object };
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    key.includes("/") ? key : NGINX + key,
    value,
  ]);
  return { ...plain, metadata: { ...plain.metadata, annotations: Object.fromEntries(prefixed) as object } };
}

/** One host whose paths are `Type path service`. */
const rule = (host: string, ...paths: string[]) => ({
  host,
  paths: paths.map((text) => {
    const [pathType = "", path = "", service = "web"] = text.split(" ");
    return { pathType: pathType as "Exact" | "Prefix" | "ImplementationSpecific", path, service };
  }),
});

beforeAll(async () => {
  pods = await Promise.all(["web", "other"].map((name) => Pod.start(name)));
  const [web, other] = pods;
  if (web === undefined || other === undefined) throw new Error("no pods");
  const certificate = await selfSigned(["secure.test", "www.secure.test"]);
  ca = Buffer.from(certificate.cert);
  const tls = [{ hosts: ["secure.test", "www.secure.test"], secretName: "secure" }];
  lintel = await up({
    "services.json": [...service("web", [web.port]), ...service("other", [other.port], "10.96.1.2")],
    "rewrite.json": [
      annotated(
        "rewrite",
        { "rewrite-target": "/$2", "x-forwarded-prefix": "/something" },
        { rules: [rule("rewrite.test", "ImplementationSpecific /something(/|$)(.*)")] },
      ),
      annotated(
        "shared",
        {},
        { rules: [rule("rewrite.test", "Exact /exact other", "Prefix /Prefix other")] },
      ),
      annotated("in-place", { "rewrite-target": "/" }, { rules: [rule("in-place.test", "Prefix /")] }),
      annotated(
        "away",
        { "rewrite-target": "https://away.test/$1" },
        { rules: [rule("away.test", "ImplementationSpecific /go/(.*)")] },
      ),
      annotated("vhost", { "upstream-vhost": "inside.test" }, { rules: [rule("vhost.test", "Prefix /")] }),
    ],
    "regex.json": [
      annotated(
        "regex",
        { "use-regex": "true" },
        {
          rules: [
            rule(
              "regex.test",
              "ImplementationSpecific /foo/bar/[A-Z0-9]{3}",
              "ImplementationSpecific /(?!foo)[a-z]+/x$",
            ),
          ],
        },
      ),
      annotated(
        "plain",
        {},
        { rules: [rule("regex.test", "Exact /foo/bar/bar other", "Prefix /foo other")] },
      ),
      annotated(
        "evil",
        { "use-regex": "true" },
        {
          rules: [
            rule("evil.test", "ImplementationSpecific /(a+)+$", "ImplementationSpecific /(a|a)*b$ other"),
          ],
        },
      ),
      annotated(
        "bad",
        { "use-regex": "true" },
        { rules: [rule("bad.test", "ImplementationSpecific /(a)\\1")] },
      ),
      annotated("beside-bad", {}, { rules: [rule("bad.test", "Prefix /good other")] }),
    ],
    "redirects.json": [
      annotated("deep", { "app-root": "/app" }, { rules: [rule("deep.test", "Prefix /app")] }),
      annotated("app-root", { "app-root": "/app" }, { rules: [rule("app.test", "Prefix /")] }),
      annotated(
        "gone",
        { "permanent-redirect": "https://new.test$request_uri" },
        { rules: [rule("gone.test", "Prefix /")] },
      ),
      annotated(
        "moved",
        { "permanent-redirect": "/new", "relative-redirects": "true", "permanent-redirect-code": "308" },
        { rules: [rule("moved.test", "Prefix /old", "Prefix /")] },
      ),
      annotated(
        "closed",
        { "temporal-redirect": "https://later.test", "temporal-redirect-code": "307" },
        { rules: [rule("closed.test", "Prefix /")] },
      ),
      annotated(
        "www",
        { "from-to-www-redirect": "true" },
        { rules: [rule("bare.test", "Prefix /"), rule("www.full.test", "Prefix /")] },
      ),
      annotated(
        "alias",
        { "server-alias": "alias.test, *.alias.test" },
        { rules: [rule("named.test", "Prefix /")] },
      ),
      annotated("named-too", {}, { rules: [rule("named.test", "Prefix /too other")] }),
      annotated("taken", {}, { rules: [rule("taken.alias.test", "Prefix / other")] }),
    ],
    "secure.json": [
      tlsSecret("secure", certificate),
      annotated("secure", {}, { tls, rules: [rule("secure.test", "Prefix /")] }),
      annotated(
        "secure-www",
        { "from-to-www-redirect": "true" },
        { rules: [rule("secure.test", "Prefix /more")] },
      ),
      annotated(
        "forced",
        { "force-ssl-redirect": "true", "preserve-trailing-slash": "true" },
        { rules: [rule("forced.test", "Prefix /")] },
      ),
      annotated("open", {}, { rules: [rule("open.test", "Prefix /")] }),
      annotated(
        "secretless",
        {},
        {
          tls: [{ hosts: ["secretless.test"], secretName: "missing" }],
          rules: [rule("secretless.test", "Prefix /")],
        },
      ),
      annotated(
        "solver",
        { "force-ssl-redirect": "true" },
        { rules: [rule("solver.test", "Prefix /.well-known/acme-challenge")] },
      ),
      ingress("own-class", {
        tls: [{ hosts: ["own.test"], secretName: "own" }],
        rules: [rule("own.test", "Prefix /")],
      }),
      tlsSecret("own", await selfSigned(["own.test"])),
    ],
  });
});

afterAll(async () => {
  await lintel.close();
  await Promise.all(pods.map((pod) => pod.close()));
});

/** `pod path` of what was forwarded, `status location` of what was not. */
function told({ status, headers, json }: Answer): string {
  if (status !== 200) return `${status} ${headers.location ?? ""}`.trim();
  const { pod, url } = json();
  return `${pod} ${url}`;
}

const ask = async (host: string, path: string) => told(await get(lintel.http, host, path));

describe("rewrite-target", () => {
  test.each([
    ["/something", "web /"],
    ["/something/", "web /"],
    ["/something/new?q=1", "web /new?q=1"],
    ["/SOMETHING/a%20b%3F", "web /a%20b%3F"],
    ["/something//x", "web /x"],
    ["/somethingelse", "404"],
    ["/exact", "other /exact"],
    ["/EXACTLY", "other /EXACTLY"],
    ["/prefixed/x", "other /prefixed/x"],
  ])("makes of %s on its host %s", async (path, expected) => {
    expect(await ask("rewrite.test", path)).toBe(expected);
  });

  it("tells the Service what was cut off, and only where something was", async () => {
    const prefix = async (path: string) =>
      (await get(lintel.http, "rewrite.test", path, { headers: { "x-forwarded-prefix": "/forged" } })).json()
        .headers["x-forwarded-prefix"];
    expect([await prefix("/something/x"), await prefix("/exact")]).toEqual(["/something", undefined]);
  });

  it("that is the path itself does nothing", async () => {
    expect(await ask("in-place.test", "/a/b")).toBe("web /a/b");
  });

  it("that is a URL redirects", async () => {
    expect(await ask("away.test", "/go/x/y?q=1")).toBe("302 https://away.test/x/y?q=1");
  });

  it("does not touch the host, which upstream-vhost does", async () => {
    const host = async (name: string, path: string) =>
      (await get(lintel.http, name, path)).json().headers.host;
    expect([await host("rewrite.test", "/something"), await host("vhost.test", "/")]).toEqual([
      "rewrite.test",
      "inside.test",
    ]);
  });
});

describe("use-regex", () => {
  test.each([
    ["/foo/bar/bar", "web /foo/bar/bar"],
    ["/foo/bar/BA1/x", "web /foo/bar/BA1/x"],
    ["/foo/bar/ba", "other /foo/bar/ba"],
    ["/foobar", "other /foobar"],
    ["/bar/x", "web /bar/x"],
    ["/bar/xy", "404"],
    ["/x/foo/bar/bar", "404"],
  ])("on one Ingress of a host: %s goes to %s", async (path, expected) => {
    expect(await ask("regex.test", path)).toBe(expected);
  });

  it("does not let an expression keep the edge busy", async () => {
    const path = `/${"a".repeat(6000)}`;
    const started = performance.now();
    const [matching, failing] = await Promise.all([ask("evil.test", path), ask("evil.test", `${path}!`)]);
    expect([matching, failing]).toEqual([`web ${path}`, "404"]);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("with a path that cannot be run harms its own Ingress alone, and says so", async () => {
    expect([await ask("bad.test", "/good/x"), await ask("bad.test", "/aa")]).toEqual([
      "other /good/x",
      "404",
    ]);
    expect(lintel.lintel.stderr).toContain("has a reference back to a group");
  });
});

describe("redirects", () => {
  test.each([
    ["of app-root: / alone", "app.test", "/?q", "302 http://app.test/app"],
    ["of app-root: nothing else", "app.test", "/x", "web /x"],
    ["of app-root, of an Ingress without a path for /", "deep.test", "/", "302 http://deep.test/app"],
    ["of app-root: nor anything else there", "deep.test", "/x", "404"],
    ["permanent", "gone.test", "/x/?q=1", "301 https://new.test/x/?q=1"],
    ["permanent, to a path, with a code", "moved.test", "/old/x", "308 /new"],
    ["temporal, with a code", "closed.test", "/x", "307 https://later.test"],
    ["from www", "www.bare.test", "/x?q=1", "308 http://bare.test/x?q=1"],
    ["from www, without the last slash", "www.bare.test", "/x/", "308 http://bare.test/x"],
    ["not at the host itself", "bare.test", "/x", "web /x"],
    ["to www", "full.test", "/x", "308 http://www.full.test/x"],
    ["none to the alias", "alias.test", "/x", "web /x"],
    ["none to the alias, which has other Ingresses' paths of its host", "alias.test", "/too", "other /too"],
    ["none to a wildcard alias", "any.alias.test", "/x", "web /x"],
    ["none to an alias that has rules of its own", "taken.alias.test", "/x", "other /x"],
  ])("%s", async (_, host, path, expected) => {
    expect(await ask(host, path)).toBe(expected);
  });
});

describe("to https", () => {
  test.each([
    [
      "a host with a certificate, of the adopted class",
      "secure.test",
      "/x?q=1",
      "308 https://secure.test/x?q=1",
    ],
    ["without the last slash", "secure.test", "/", "308 https://secure.test"],
    [
      "but for challenges",
      "secure.test",
      "/.well-known/acme-challenge/t",
      "web /.well-known/acme-challenge/t",
    ],
    [
      "also for a rule's own path",
      "solver.test",
      "/.well-known/acme-challenge",
      "web /.well-known/acme-challenge",
    ],
    ["a host whose Secret is missing", "secretless.test", "/x", "308 https://secretless.test/x"],
    ["no host that asks for no certificate", "open.test", "/x", "web /x"],
    ["unless forced, here with the slash", "forced.test", "/x/", "308 https://forced.test/x/"],
    ["no host of our own class", "own.test", "/x", "web /x"],
  ])("%s", async (_, host, path, expected) => {
    expect(await ask(host, path)).toBe(expected);
  });

  it("a client that came by a port is sent to the port of https", async () => {
    const answer = await get(lintel.http, `secure.test:${lintel.http}`, "/x");
    expect(told(answer)).toBe(`308 https://secure.test:${lintel.https}/x`);
    const www = await get(lintel.http, `www.secure.test:${lintel.http}`, "/more");
    expect(told(www)).toBe(`308 http://secure.test:${lintel.http}/more`);
  });

  it("curl follows", async () => {
    const at = ["http", "https"].map(
      (name) => `secure.test:${name === "http" ? lintel.http : lintel.https}:127.0.0.1`,
    );
    const { stdout } = await promisify(execFile)("curl", [
      "--silent",
      "--location",
      "--insecure",
      ...at.flatMap((resolve) => ["--resolve", resolve]),
      `http://secure.test:${lintel.http}/x?q=1`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ pod: "web", url: "/x?q=1" });
  });

  it("tells browsers to come by https from now on, over https alone", async () => {
    const field = "strict-transport-security";
    const secure = await getTls(lintel.https, "secure.test", "/x", { ca });
    expect([secure.status, secure.headers[field]]).toEqual([200, "max-age=31536000; includeSubDomains"]);
    const local = { ca: await readCa(lintel.ca) };
    expect((await getTls(lintel.https, "open.test", "/x", local)).headers[field]).toBeUndefined();
    const challenge = await get(lintel.http, "secure.test", "/.well-known/acme-challenge/t");
    expect(challenge.headers[field]).toBeUndefined();
  });
});

describe("lintel explain, of the running edge", () => {
  it("says what the edge does", async () => {
    const args = ["--edge-url", `http://127.0.0.1:${lintel.http}`, "--format", "json"];
    const { code, stdout } = await run(["explain", "GET", "http://rewrite.test/something/new", ...args]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      generation: 1,
      groups: ["/", "new"],
      upstream: { target: "/new", headers: { "x-forwarded-prefix": "/something" } },
      backends: [{ service: "test/web" }],
      outcome: { kind: "forwarded" },
    });
  });

  it("says so where the host is not the edge's own", async () => {
    const args = ["--edge-url", `http://127.0.0.1:${lintel.http}`, "--system-host", "open.test"];
    const { code, stderr } = await run(["explain", "GET", "http://rewrite.test/", ...args]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("does not explain")]);
  });
});
