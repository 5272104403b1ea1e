/** What becomes of each plugin's lines. */
import { expect, it } from "vitest";
import { pluginsOf } from "./support/read.ts";
import { table } from "./support/table.ts";

const kubernetes = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };
table("kubernetes", {
  "answers for the block's zones": ["kubernetes", [{ ...kubernetes, zones: ["example.org"] }]],
  "answers for its own zones": [
    "kubernetes Cluster.Local. in-addr.arpa 10.0.0.0/24",
    [{ ...kubernetes, zones: ["cluster.local", "in-addr.arpa", "0.0.10.in-addr.arpa"] }],
  ],
  "takes a TTL": ["kubernetes cluster.local {\nttl 0\n}", [{ ...kubernetes, ttl: 0 }]],
  "takes a mode of pods": [
    "kubernetes cluster.local {\npods verified\n}",
    [{ ...kubernetes, pods: "verified" }],
  ],
  "takes namespaces": [
    "kubernetes cluster.local {\nnamespaces shop blog\nnamespaces shop\n}",
    [{ ...kubernetes, namespaces: ["blog", "shop"] }],
  ],
  "falls through": ["kubernetes cluster.local {\nfallthrough\n}", [{ ...kubernetes, fallthrough: ["."] }]],
  "falls through for zones": [
    "kubernetes cluster.local {\nfallthrough in-addr.arpa ip6.arpa\n}",
    [{ ...kubernetes, fallthrough: ["in-addr.arpa", "ip6.arpa"] }],
  ],
  "takes flags": [
    "kubernetes cluster.local {\nendpoint_pod_names\nnoendpoints\nignore empty_service\n}",
    [{ ...kubernetes, endpointPodNames: true, noEndpoints: true, ignoreEmpty: true }],
  ],
});

const external = { plugin: "k8s_external", zones: ["example.org"], apex: "dns", ttl: 5, headless: false };
table("k8s_external", {
  "has defaults": ["k8s_external", [external]],
  "takes options": [
    "k8s_external corp.test {\napex NS\nttl 30\nheadless\nfallthrough\n}",
    [{ ...external, zones: ["corp.test"], apex: "ns", ttl: 30, headless: true, fallthrough: ["."] }],
  ],
  "may stand twice": [
    "k8s_external a.test\nk8s_external b.test",
    [
      { ...external, zones: ["a.test"] },
      { ...external, zones: ["b.test"] },
    ],
  ],
});

const cache = {
  plugin: "cache",
  zones: ["example.org"],
  success: { maxTtl: 3600, minTtl: 5 },
  denial: { maxTtl: 1800, minTtl: 5 },
};
table("cache", {
  "has defaults": ["cache", [cache]],
  "takes a TTL": [
    "cache 30",
    [{ ...cache, success: { maxTtl: 30, minTtl: 5 }, denial: { maxTtl: 30, minTtl: 5 } }],
  ],
  "takes zones": ["cache a.test b.test", [{ ...cache, zones: ["a.test", "b.test"] }]],
  "takes both": [
    "cache 60 a.test",
    [{ ...cache, zones: ["a.test"], success: { maxTtl: 60, minTtl: 5 }, denial: { maxTtl: 60, minTtl: 5 } }],
  ],
  "takes limits": [
    "cache {\nsuccess 9984 300 10\ndenial 9984 20\n}",
    [{ ...cache, success: { maxTtl: 300, minTtl: 10 }, denial: { maxTtl: 20, minTtl: 5 } }],
  ],
  "serves stale answers for an hour": ["cache {\nserve_stale\n}", [{ ...cache, serveStale: 3600 }]],
  "serves stale answers as long as it says": [
    "cache {\nserve_stale 1h30m immediate\n}",
    [{ ...cache, serveStale: 5400 }],
  ],
  "leaves zones out, as kubeadm has it": [
    "cache 30 {\ndisable success cluster.local\ndisable denial cluster.local a.test\n}",
    [
      {
        ...cache,
        success: { maxTtl: 30, minTtl: 5, except: ["cluster.local"] },
        denial: { maxTtl: 30, minTtl: 5, except: ["cluster.local", "a.test"] },
      },
    ],
  ],
  "leaves a kind out": [
    "cache {\ndisable denial\n}",
    [{ plugin: "cache", zones: ["example.org"], success: cache.success }],
  ],
});

const hostsKey = expect.stringMatching(/^hosts\/[0-9a-f]{64}$/) as string;
const hosts = { plugin: "hosts", zones: ["example.org"], table: hostsKey, ttl: 3600, reverse: true };
table("hosts", {
  "reads lines": ["hosts {\n10.0.0.1 a.example.org\n}", [hosts]],
  "takes options": [
    "hosts {\n10.0.0.1 a.example.org\nttl 60\nno_reverse\nreload 15s\nfallthrough\n}",
    [{ ...hosts, ttl: 60, reverse: false, fallthrough: ["."] }],
  ],
  "takes a file and zones": [
    "hosts NodeHosts a.test",
    [{ ...hosts, zones: ["a.test"] }],
    { files: { NodeHosts: "10.0.0.1 x.a.test" } },
  ],
});

const forward = { plugin: "forward", from: ".", except: [], policy: "random" };
const cloudflare = { url: "https://cloudflare-dns.com/dns-query" };
const google = { url: "https://dns.google/dns-query" };
const quad9 = { url: "https://dns.quad9.net/dns-query" };
table("forward", {
  "asks known resolvers over HTTPS": [
    "forward . 1.1.1.1 8.8.8.8",
    [{ ...forward, to: [cloudflare, google] }],
  ],
  "asks each once": ["forward . 1.1.1.1 1.0.0.1 2606:4700:4700::1111", [{ ...forward, to: [cloudflare] }]],
  "knows their ports": [
    "forward . 9.9.9.9:53 [2001:4860:4860::8888]:53 dns://1.1.1.1",
    [{ ...forward, to: [quad9, google, cloudflare] }],
  ],
  "knows them by TLS": [
    "forward . tls://1.1.1.1 tls://9.9.9.9%dns.quad9.net {\ntls_servername cloudflare-dns.com\nhealth_check 5s\n}",
    [{ ...forward, to: [cloudflare, quad9] }],
  ],
  "believes the certificate's name": [
    "forward . tls://1.1.1.1 {\ntls_servername family.cloudflare-dns.com\n}",
    [{ ...forward, to: [{ url: "https://family.cloudflare-dns.com/dns-query" }] }],
  ],
  "keeps URLs": [
    "forward . https://doh.example.com/q https://dns.example.com",
    [
      {
        ...forward,
        to: [{ url: "https://doh.example.com/q" }, { url: "https://dns.example.com/dns-query" }],
      },
    ],
  ],
  "takes options": [
    "forward corp.test 1.1.1.1 {\nexcept a.corp.test 10.0.0.0/8\npolicy sequential\nmax_concurrent 1000\nforce_tcp\n}",
    [
      {
        ...forward,
        from: "corp.test",
        except: ["a.corp.test", "10.in-addr.arpa"],
        policy: "sequential",
        to: [cloudflare],
      },
    ],
  ],
  "reads resolv.conf beside it": [
    "forward . resolv.conf",
    [{ ...forward, to: [google] }],
    { files: { "resolv.conf": "search x\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n" } },
  ],
  "is left out without a resolver": ["forward . /etc/resolv.conf", []],
  "asks nobody else what a private resolver would be asked": [
    "forward corp.test 10.0.0.1\nforward . 1.1.1.1",
    [{ ...forward, except: ["corp.test"], to: [cloudflare] }],
  ],
  "asks the resolvers that it can": ["forward . 10.0.0.2 1.1.1.1", [{ ...forward, to: [cloudflare] }]],
  "may stand several times": [
    "forward a.test 1.1.1.1\nforward . 8.8.8.8",
    [
      { ...forward, from: "a.test", to: [cloudflare] },
      { ...forward, to: [google] },
    ],
  ],
});

const acl = { plugin: "acl", zones: ["example.org"] };
table("acl", {
  "has rules": [
    "acl {\nallow type A AAAA net 10.0.0.0/8 192.168.1.1\nfilter net fd00::1\nblock type *\ndrop\n}",
    [
      {
        ...acl,
        rules: [
          { action: "allow", types: [1, 28], sources: ["10.0.0.0/8", "192.168.1.1/32"] },
          { action: "filter", types: [], sources: ["fd00::1/128"] },
          { action: "block", types: [], sources: [] },
          { action: "drop", types: [], sources: [] },
        ],
      },
    ],
  ],
  "is one list for the same zones": [
    "acl {\nallow net 10.0.0.0/8\n}\nacl a.test {\nblock\n}\nacl {\nblock\n}",
    [
      {
        ...acl,
        rules: [
          { action: "allow", types: [], sources: ["10.0.0.0/8"] },
          { action: "block", types: [], sources: [] },
        ],
      },
      { ...acl, zones: ["a.test"], rules: [{ action: "block", types: [], sources: [] }] },
    ],
  ],
  "reads ranges from files": [
    "acl {\nblock file bad.txt\n}",
    [{ ...acl, rules: [{ action: "block", types: [], sources: ["10.0.0.0/8", "1.2.3.4/32"] }] }],
    { files: { "bad.txt": "# bad\n10.0.0.0/8\n\n1.2.3.4 # one\n" } },
  ],
});

table("small plugins", {
  "errors, any, loadbalance, log": [
    "log\nloadbalance round_robin\nany\nerrors",
    [
      { plugin: "errors" },
      { plugin: "log", zones: ["."], classes: ["all"] },
      { plugin: "any", zones: ["example.org"] },
      { plugin: "loadbalance" },
    ],
  ],
  "log with classes, zones and a format": [
    'log a.test b.test "{remote} {name}" {\nclass denial error\n}',
    [{ plugin: "log", zones: ["a.test", "b.test"], classes: ["denial", "error"] }],
  ],
});

const soa = "@ 60 IN SOA ns hostmaster 1 2 3 4 5\n";
table("file", {
  "has a zone": [
    "file db.example.org",
    [{ plugin: "file", files: [{ zone: "example.org", record: "file/example.org" }] }],
    { files: { "db.example.org": soa } },
  ],
  "has several, and falls through": [
    "file a a.test b.test\nfile /zones/c c.test {\nreload 10s\nfallthrough\n}",
    [
      {
        plugin: "file",
        files: ["a.test", "b.test", "c.test"].map((zone) => ({ zone, record: `file/${zone}` })),
        fallthrough: ["."],
      },
    ],
    { files: { a: soa, c: soa } },
  ],
  "keeps a zone without a text": [
    "file db.missing",
    [{ plugin: "file", files: [{ zone: "example.org", record: "file/example.org" }] }],
  ],
});

it("has plugins in CoreDNS's order, whatever theirs is", () => {
  const lines = [
    "forward . 1.1.1.1",
    "file db",
    "kubernetes cluster.local",
    "k8s_external",
    "hosts {\n10.0.0.1 a.example.org\n}",
    "template IN A {\nrcode NXDOMAIN\n}",
    "rewrite type A AAAA",
    "cache",
    "loadbalance",
    "any",
    "acl {\nblock\n}",
    "log",
    "errors",
  ];
  const order = pluginsOf(lines.join("\n"), { files: { db: soa } }).map(
    (it) => (it as { plugin: string }).plugin,
  );
  expect(order).toEqual([
    "errors",
    "log",
    "acl",
    "any",
    "loadbalance",
    "cache",
    "rewrite",
    "template",
    "hosts",
    "k8s_external",
    "kubernetes",
    "file",
    "forward",
  ]);
});
