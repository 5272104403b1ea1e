/** `lintel check` and `lintel explain` on manifests, without a process of their own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { main } from "../../cli/main.ts";

let folder: string;
let stdout: string;
let stderr: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lintel-cli-"));
  stdout = "";
  stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

function ingress(name: string, annotations: Record<string, string> = {}, more: object = {}): object {
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    `nginx.ingress.kubernetes.io/${key}`,
    value,
  ]);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: "shop", annotations: Object.fromEntries(prefixed) as object },
    spec: {
      ingressClassName: "nginx",
      rules: [
        {
          host: `${name}.test`,
          http: {
            paths: [
              {
                path: "/something(/|$)(.*)",
                pathType: "ImplementationSpecific",
                backend: { service: { name: "web", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
      ...more,
    },
  };
}

const SERVICE = [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    spec: { clusterIP: "10.96.0.1", ports: [{ name: "http", port: 80 }] },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080 }],
    endpoints: [{ addresses: ["10.244.1.1"], conditions: { ready: true } }],
  },
];

async function file(name: string, items: readonly object[]): Promise<string> {
  const path = join(folder, name);
  // As `kubectl get -o yaml` has it; JSON is YAML.
  await writeFile(path, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return path;
}

const lastLine = () => stdout.trimEnd().split("\n").at(-1);

describe("lintel check", () => {
  it("ends with 0 where nothing needs a change", async () => {
    const path = await file("a.yaml", [
      ingress("a", { "rewrite-target": "/$2" }),
      ingress("b", { affinity: "cookie" }),
    ]);
    expect(await main(["check", path])).toBe(0);
    expect(lastLine()).toBe("2 Ingresses: 1 served as it is, 1 with notes, 0 need a change");
    expect(stderr).toBe("");
  });

  it("ends with 1 where something does, and says what to do", async () => {
    await file("a.yaml", [ingress("a")]);
    await file("b.yaml", [ingress("b", { "server-snippet": "x" })]);
    expect(await main(["check", folder])).toBe(1);
    expect(stdout).toContain(
      "Ingress shop/b (class nginx, 1 host, 1 path): needs a change\n  refused: server-snippet\n",
    );
    expect(stdout).toContain("Say the same with other annotations");
    expect(lastLine()).toBe("2 Ingresses: 1 served as it is, 0 with notes, 1 needs a change");
  });

  it("speaks JSON", async () => {
    const path = await file("a.yaml", [ingress("a"), ingress("b", { "auth-tls-secret": "x" })]);
    expect(await main(["check", path, "--format", "json"])).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ingresses: [
        { ingress: "shop/a", verdict: "served" },
        { ingress: "shop/b", verdict: "change", refused: [{ reason: "AnnotationRefused" }] },
      ],
      summary: { ingresses: 2, served: 1, notes: 0, change: 1 },
    });
  });

  it("looks at the classes that it is told to", async () => {
    const path = await file("a.yaml", [
      ingress("a"),
      ingress("b", { "server-snippet": "x" }, { ingressClassName: "traefik" }),
    ]);
    expect(await main(["check", path, "--only-class", "nginx"])).toBe(0);
    expect(lastLine()).toBe("1 Ingress: 1 served as it is, 0 with notes, 0 need a change");
  });

  test.each<[string, string[], number, string]>([
    ["no path", [], 2, "missing required argument"],
    ["a path that does not exist", ["/nowhere/at/all"], 2, "does not exist"],
    ["a format that there is not", [".", "--format", "xml"], 2, "--format"],
  ])("refuses %s", async (_, args, code, words) => {
    expect(await main(["check", ...args])).toBe(code);
    expect(stderr).toContain(words);
  });

  it("covers Corefiles: files of that name, and ConfigMaps", async () => {
    const corefile = join(folder, "Corefile");
    await writeFile(corefile, ".:53 {\n  kubernetes cluster.local\n  import more\n}\n");
    await writeFile(join(folder, "more"), "  forward . /etc/resolv.conf\n");
    expect(await main(["check", corefile])).toBe(0);
    expect(stdout).toContain(`Corefile of ${corefile}: served, with notes\n  served: . (kubernetes)\n`);
    expect(stdout).toContain("/etc/resolv.conf");
    await file("dns.yaml", [
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "coredns", namespace: "kube-system" },
        data: { Corefile: ".:53 {\n  cache soon {\n" },
      },
    ]);
    expect(await main(["check", folder])).toBe(1);
    expect(stdout).toContain("Corefile of ConfigMap kube-system/coredns: needs a change");
    expect(stdout).toContain("data[Corefile], line 2");
    expect(stderr).toContain("the Corefile of ConfigMap kube-system/coredns needs a change");
  });

  it("ends with 1 where a file cannot be read", async () => {
    await file("a.yaml", [ingress("a")]);
    await writeFile(join(folder, "b.yaml"), "a: [");
    expect(await main(["check", folder])).toBe(1);
    expect(stdout).toContain("b.yaml");
  });
});

describe("lintel explain", () => {
  it("shows host, rule, filters, rewrite, backend and endpoints", async () => {
    const annotations = { "rewrite-target": "/$2", "proxy-body-size": "8m" };
    const path = await file("a.yaml", [ingress("a", annotations), ...SERVICE]);
    expect(await main(["explain", "GET", "http://a.test/something/new?q=1", "--manifests", path])).toBe(0);
    const lines = stdout.split("\n").map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        "GET http://a.test/something/new?q=1 from 127.0.0.1",
        "host         + a.test has 1 route",
        `groups       $1 = "/"`,
        "filters      maxBody lets pass: bodies of up to 8388608 bytes are accepted",
        "rewrite changes the request: the path becomes /$2: path /new?q=1",
        "backend      Service shop/web port 80 (the route's only backend) 1 of 1 endpoints are ready",
        "10.244.1.1:8080",
        "upstream     GET /new?q=1",
        "outcome      Forwarded to shop/web:80 as /new?q=1 with Host a.test, over http.",
      ]),
    );
  });

  it("speaks JSON, and takes headers and an address", async () => {
    const path = await file("a.yaml", [ingress("a", { "allowlist-source-range": "10.0.0.0/8" }), ...SERVICE]);
    const args = ["-H", "Host: a.test", "-H", "X-A: 1", "--from", "192.0.2.1", "--format", "json"];
    expect(await main(["explain", ...args, "--manifests", path, "post", "http://127.0.0.1:8080/x"])).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      request: { method: "POST", url: "http://a.test/x", address: "192.0.2.1" },
      outcome: { status: 404, text: "No path of the host matches." },
    });
  });

  it("tells of warnings beside it", async () => {
    const path = await file("a.yaml", [ingress("a")]);
    expect(await main(["explain", "GET", "http://a.test/something(/|$)(.*)", "--manifests", path])).toBe(0);
    expect(stderr).toContain("Service shop/web does not exist");
    expect(stdout).toContain("503: The backend leads to no Service.");
  });

  test.each<[string, string[], string]>([
    ["no source", [], "name manifests (--manifests) or an edge (--edge-url)"],
    ["two sources", ["--manifests", ".", "--edge-url", "http://edge.test"], "--manifests"],
    ["a header without a colon", ["--manifests", ".", "-H", "x"], "X-Tenant: acme"],
    ["an address that is none", ["--from", "here"], "--from"],
  ])("refuses %s", async (_, args, words) => {
    expect(await main(["explain", "GET", "http://a.test/", ...args])).toBe(2);
    expect(stderr).toContain(words);
  });

  it("refuses what is no URL", async () => {
    expect(await main(["explain", "GET", "a.test"])).toBe(2);
    expect(stderr).toContain("http or https URL");
  });

  it("says so where an edge cannot be asked", async () => {
    expect(await main(["explain", "GET", "http://a.test/", "--edge-url", "http://127.0.0.1:1"])).toBe(1);
    expect(stderr).toContain("the edge at http://127.0.0.1:1 cannot be asked");
  });
});
