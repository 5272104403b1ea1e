/** What becomes of each plugin's lines; and what is said of them. */
import { describe, expect, it, test } from "vitest";
import { dnsPluginSchema } from "../../../contract/index.ts";
import { type Beside, pluginsOf, saidOfLines } from "./support/read.ts";

type Row = readonly [lines: string, expected: readonly object[], beside?: Beside];

function table(plugin: string, rows: Readonly<Record<string, Row>>): void {
  describe(plugin, () => {
    test.each(Object.entries(rows))("%s", (_, [lines, expected, beside]) => {
      const plugins = pluginsOf(lines, beside);
      expect(plugins).toEqual(expected);
      for (const config of plugins) dnsPluginSchema.parse(config);
    });
  });
}

const kubernetes = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };
table("kubernetes", {
  "answers for the block's zones": ["kubernetes", [{ ...kubernetes, zones: ["example.org"] }]],
  "answers for its own zones": [
    "kubernetes Cluster.Local. in-addr.arpa 10.0.0.0/24",
    [{ ...kubernetes, zones: ["cluster.local", "in-addr.arpa", "0.0.10.in-addr.arpa"] }],
  ],
  "takes a TTL": ["kubernetes cluster.local {\nttl 0\n}", [{ ...kubernetes, ttl: 0 }]],
  "takes a mode of pods": ["kubernetes cluster.local {\npods verified\n}", [{ ...kubernetes, pods: "verified" }]],
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
  "may stand twice": ["k8s_external a.test\nk8s_external b.test", [{ ...external, zones: ["a.test"] }, { ...external, zones: ["b.test"] }]],
});

const cache = {
  plugin: "cache",
  zones: ["example.org"],
  success: { maxTtl: 3600, minTtl: 5 },
  denial: { maxTtl: 1800, minTtl: 5 },
};
table("cache", {
  "has defaults": ["cache", [cache]],
  "takes a TTL": ["cache 30", [{ ...cache, success: { maxTtl: 30, minTtl: 5 }, denial: { maxTtl: 30, minTtl: 5 } }]],
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
  "serves stale answers as long as it says": ["cache {\nserve_stale 1h30m immediate\n}", [{ ...cache, serveStale: 5400 }]],
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
  "leaves a kind out": ["cache {\ndisable denial\n}", [{ plugin: "cache", zones: ["example.org"], success: cache.success }]],
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
  "asks known resolvers over HTTPS": ["forward . 1.1.1.1 8.8.8.8", [{ ...forward, to: [cloudflare, google] }]],
  "asks each once": ["forward . 1.1.1.1 1.0.0.1 2606:4700:4700::1111", [{ ...forward, to: [cloudflare] }]],
  "knows their ports": ["forward . 9.9.9.9:53 [2001:4860:4860::8888]:53 dns://1.1.1.1", [{ ...forward, to: [quad9, google, cloudflare] }]],
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
    [{ ...forward, to: [{ url: "https://doh.example.com/q" }, { url: "https://dns.example.com/dns-query" }] }],
  ],
  "takes options": [
    "forward corp.test 1.1.1.1 {\nexcept a.corp.test 10.0.0.0/8\npolicy sequential\nmax_concurrent 1000\nforce_tcp\n}",
    [{ ...forward, from: "corp.test", except: ["a.corp.test", "10.in-addr.arpa"], policy: "sequential", to: [cloudflare] }],
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
  "may stand several times": ["forward a.test 1.1.1.1\nforward . 8.8.8.8", [{ ...forward, from: "a.test", to: [cloudflare] }, { ...forward, to: [google] }]],
});

const rule = (rule: object, continues = false) => ({ plugin: "rewrite", rules: [{ continues, rule }] });
const nameRule = (by: string, from: string, to: string, answer: unknown, continues = false) =>
  rule({ kind: "name", match: { by, from, to }, answer }, continues);
table("rewrite", {
  "of names": ["rewrite name A.test b.test", [nameRule("exact", "a.test.", "b.test.", "auto")]],
  "of exact names": ["rewrite name exact a.test b.test", [nameRule("exact", "a.test.", "b.test.", "auto")]],
  "of prefixes": ["rewrite name prefix api gateway", [nameRule("prefix", "api.", "gateway.", [])]],
  "of suffixes": ["rewrite name suffix .a.test. .b.test. answer auto", [nameRule("suffix", ".a.test.", ".b.test.", "auto")]],
  "of parts": ["rewrite name substring east.a.test west.a.test", [nameRule("substring", "east.a.test.", "west.a.test.", [])]],
  "by expressions": [
    String.raw`rewrite name regex (.*)-(us-west-1)\.a\.test {1}.service.{2}.consul`,
    [nameRule("regex", String.raw`(.*)-(us-west-1)\.a\.test`, "{1}.service.{2}.consul.", [])],
  ],
  "with answers": [
    String.raw`rewrite continue name regex (.*)\.a {1}.b answer name (.*)\.b {1}.a answer value (.*)\.c {1}.d`,
    [
      nameRule(
        "regex",
        String.raw`(.*)\.a`,
        "{1}.b.",
        [
          { on: "name", from: String.raw`(.*)\.b`, to: "{1}.a." },
          { on: "value", from: String.raw`(.*)\.c`, to: "{1}.d." },
        ],
        true,
      ),
    ],
  ],
  "in a block": [
    "rewrite stop {\nname suffix .a .b\nanswer auto\n}",
    [nameRule("suffix", ".a.", ".b.", "auto")],
  ],
  "of types": ["rewrite type any HINFO", [rule({ kind: "type", from: 255, to: 13 })]],
  "of classes": ["rewrite continue class CH IN", [rule({ kind: "class", from: 3, to: 1 }, true)]],
  "of TTLs": ["rewrite ttl a.test 15", [rule({ kind: "ttl", match: { by: "exact", from: "a.test.", to: "a.test." }, minTtl: 15, maxTtl: 15 })]],
  "of ranges of TTLs": [
    "rewrite {\nttl suffix .a.test 30-300\n}",
    [rule({ kind: "ttl", match: { by: "suffix", from: ".a.test.", to: ".a.test." }, minTtl: 30, maxTtl: 300 })],
  ],
  "of the least TTL": ["rewrite ttl a 30-", [rule({ kind: "ttl", match: { by: "exact", from: "a.", to: "a." }, minTtl: 30, maxTtl: 0x7fffffff })]],
  "of the greatest TTL": ["rewrite ttl a -30", [rule({ kind: "ttl", match: { by: "exact", from: "a.", to: "a." }, minTtl: 0, maxTtl: 30 })]],
  "of codes": [
    String.raw`rewrite rcode regex (.*)\.a SERVFAIL NOERROR`,
    [rule({ kind: "rcode", match: { by: "regex", from: String.raw`(.*)\.a`, to: String.raw`(.*)\.a` }, from: 2, to: 0 })],
  ],
  "in the order of its lines": [
    "rewrite type A AAAA\nlog\nrewrite type AAAA A",
    [
      { plugin: "log", zones: ["."], classes: ["all"] },
      {
        plugin: "rewrite",
        rules: [
          { continues: false, rule: { kind: "type", from: 1, to: 28 } },
          { continues: false, rule: { kind: "type", from: 28, to: 1 } },
        ],
      },
    ],
  ],
  "is left out for EDNS0": ["rewrite edns0 local set 0xffee 0x61", []],
});

const template = { zones: ["example.org"], match: [".*"], answer: [], authority: [], additional: [], rcode: 0 };
table("template", {
  "answers": [
    'template IN A {\nanswer "{{ .Name }} 60 IN A 10.0.0.1"\n}',
    [{ plugin: "template", rules: [{ ...template, type: 1, answer: ["{{ .Name }} 60 IN A 10.0.0.1"] }] }],
  ],
  "matches": [
    String.raw`template ANY ANY a.test b.test {` +
      "\n" +
      String.raw`match ^ip-(?P<a>[0-9]*)\.a\.test\.$ ^x` +
      '\nauthority "a.test 60 IN SOA x y 1 2 3 4 5"\nadditional "x 1 IN A 1.1.1.1"\nrcode NXDOMAIN\nederror 21 "Blocked here"\nfallthrough b.test\n}',
    [
      {
        plugin: "template",
        rules: [
          {
            zones: ["a.test", "b.test"],
            match: [String.raw`^ip-(?P<a>[0-9]*)\.a\.test\.$`, "^x"],
            answer: [],
            authority: ["a.test 60 IN SOA x y 1 2 3 4 5"],
            additional: ["x 1 IN A 1.1.1.1"],
            rcode: 3,
            ede: { code: 21, reason: "Blocked here" },
            fallthrough: ["b.test"],
          },
        ],
      },
    ],
  ],
  "is left out for other classes": ["template CH TXT {\nrcode REFUSED\n}", []],
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
  const order = pluginsOf(lines.join("\n"), { files: { db: soa } }).map((it) => (it as { plugin: string }).plugin);
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

describe("says", () => {
  test.each<[string, string, string]>([
    ["that a plugin has no effect", "health", "note line 1: Plugin `health` has no effect here. The edge answers /healthz on its system host."],
    ["that a plugin is not served", "autopath @kubernetes", "ignored line 1: Plugin `autopath` is not served."],
    ["that a plugin is not known", "foward . 1.1.1.1", "ignored line 1: Plugin `foward` is not known; it is not served."],
    ["that an option is not known", "kubernetes cluster.local {\nx\n}", "ignored line 2: Option `x` of kubernetes is not known; it is ignored."],
    ["that an option is the agent's own matter", "kubernetes cluster.local {\nendpoint https://k8s\n}", "note line 2: `endpoint` says how CoreDNS reaches the API server; the agent has its own way."],
    ["where nothing is forwarded", "forward . /etc/resolv.conf 10.0.0.1", "ignored line 1: An edge cannot ask /etc/resolv.conf (a file of the machine that CoreDNS runs on), 10.0.0.1 (a private address). Nothing is forwarded: other names are refused."],
    ["where something is", "forward . 1.1.1.1 203.0.113.1", "ignored line 1: An edge cannot ask 203.0.113.1 (no resolver that is known to answer over HTTPS). The other resolvers are asked."],
    ["that a port is no resolver's", "forward . 1.1.1.1:5300", "ignored line 1: An edge cannot ask 1.1.1.1:5300 (no resolver that is known to answer over HTTPS). Nothing is forwarded: other names are refused."],
    ["that EDNS0 is not rewritten", "rewrite edns0 nsid set", "ignored line 1: `rewrite edns0` is not served; the rule is left out."],
    ["that a hosts file is not there", "hosts /etc/NodeHosts", "ignored line 1: There is no file /etc/NodeHosts beside the Corefile; it counts as empty."],
    ["that a line is none of hosts", "hosts {\nx y\n}", 'ignored line 2: "x" is no address; the line is left out.'],
    ["that a zone's text is not there", "file db", "zone line 1: There is no file db beside the Corefile; its zones stay as they were served last."],
    ["that weights are not followed", "loadbalance weighted w.txt", "ignored line 1: Weights are not followed: addresses come in a random order."],
  ])("%s", (_, lines, expected) => expect(saidOfLines(lines)).toEqual([expected]));
});

describe("refuses", () => {
  test.each<[string, string]>([
    ["kubernetes in-addr.arpa", "line 1: kubernetes has no zone but those of reverse DNS"],
    ["kubernetes\nkubernetes", "line 2: kubernetes stands in this server block a second time"],
    ["kubernetes a {\nttl 3601\n}", 'line 2: the TTL is "3601"'],
    ["kubernetes a {\npods all\n}", 'line 2: the mode of pods is "all"'],
    ["kubernetes a {\nlabels app==\nnamespaces\n}", "line 3: namespaces says no namespaces"],
    ["kubernetes a {\nlabels a=b=c\n}", 'line 2: "a=b=c" is no label selector'],
    ["kubernetes a {\nnamespaces x\nnamespace_labels y\n}", "line 1: kubernetes has both namespaces and namespace_labels"],
    ["cache 0", 'line 1: the TTL is "0"'],
    ["cache {\nservfail 6m\n}", "line 2: servfail is longer than 5 minutes"],
    ["cache {\nserve_stale soon\n}", 'line 2: how long stale answers are served is "soon"'],
    ["hosts {\nttl 0\n}", 'line 2: the TTL is "0"'],
    ["forward .", "line 1: forward says no zone and resolver"],
    ["forward . 1.1.1.1 {\npolicy best\n}", 'line 2: the policy is "best"'],
    ["rewrite", "line 1: rewrite has no rule"],
    ["rewrite name a", "line 1: a rule for names takes two names"],
    ["rewrite name regex ( b", 'line 1: "(" is no regular expression (missing closing ): `(`)'],
    ["rewrite name regex (a) {2}", "line 1: {2} stands for a group that (a) does not have"],
    ["rewrite name suffix a b answer name x", "line 1: the rule for answers is not whole"],
    ["rewrite name suffix a b c", 'line 1: "c" stands behind the rule'],
    ["rewrite name like a b", 'line 1: "like" is no way to match names'],
    ["rewrite type A", "line 1: a rule for type takes two arguments"],
    ["rewrite ttl a 5-3", 'line 1: "5-3" is no TTL'],
    ["rewrite rcode a OOPS NOERROR", 'line 1: "OOPS" is no response code'],
    ["rewrite id 1 2", 'line 1: "id" is nothing that is rewritten'],
    ["template IN", "line 1: template says no class and type"],
    ["template IN X {\nrcode NXDOMAIN\n}", 'line 1: "X" is no type of records'],
    ["template IN A", "line 1: template answers nothing"],
    ['template IN A {\nanswer "{{ .Name"\n}', 'line 2: "{{ .Name" is no template'],
    ["template IN A {\nmatch (\nrcode NXDOMAIN\n}", 'line 2: "(" is no regular expression (missing closing ): `(`)'],
    ["acl {\npermit\n}", 'line 2: the action is "permit"'],
    ["acl {\nallow net x\n}", 'line 2: "x" is no address range'],
    ["acl {\nallow type\n}", "line 2: type says nothing"],
    ["acl {\nallow 10.0.0.0/8\n}", 'line 2: "10.0.0.0/8" begins no part of a rule'],
    ["acl {\nallow file x\n}", "line 2: there is no file x beside the Corefile"],
    ["log {\nclass some\n}", 'line 2: the class is "some"'],
    ["loadbalance best", 'line 1: the policy is "best"'],
    ["file", "line 1: file names no file"],
  ])("%j", (lines, expected) => expect(saidOfLines(lines)).toContain(`error ${expected}`));
});
