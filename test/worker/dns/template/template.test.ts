/** Answers made from the question's name: the examples of CoreDNS's documentation, and what goes wrong. */
import { describe, expect, it } from "vitest";
import type { DnsPlugin, TemplateRule } from "../../../../contract/index.ts";
import { ask } from "../support/ask.ts";
import { CLUSTER } from "../support/cluster.ts";
import { viewOf } from "../support/snapshot.ts";

const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };

function rule(more: Partial<TemplateRule>): TemplateRule {
  return { zones: ["."], match: [], answer: [], authority: [], additional: [], rcode: 0, ...more };
}

const IP = String.raw`(^|[.])ip-(?P<a>[0-9]*)-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$`;

const ROWS: readonly (readonly [string, TemplateRule[], string, string[]])[] = [
  ["everything NXDOMAIN", [rule({ rcode: 3 })], "www.example.com. A", ["NXDOMAIN"]],
  [
    "a zone's negative answer",
    [
      rule({
        zones: ["invalid"],
        rcode: 3,
        authority: ["invalid. 60 {{ .Class }} SOA ns.invalid. hostmaster.invalid. (1 60 60 60 60)"],
      }),
    ],
    "a.invalid. MX",
    ["NXDOMAIN", "@ invalid. 60 SOA ns.invalid. hostmaster.invalid. 1 60 60 60 60"],
  ],
  [
    "an address from named groups",
    [
      rule({
        zones: ["example"],
        type: 1,
        match: [IP],
        answer: ["{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"],
      }),
    ],
    "X.ip-192-0-2-1.Example. A",
    ["NOERROR", "> x.ip-192-0-2-1.example. 60 A 192.0.2.1"],
  ],
  [
    "a name from an address",
    [
      rule({
        zones: ["in-addr.arpa"],
        type: 12,
        match: [
          String.raw`^(?P<d>[0-9]*)[.](?P<c>[0-9]*)[.](?P<b>[0-9]*)[.](?P<a>[0-9]*)[.]in-addr[.]arpa[.]$`,
        ],
        answer: [
          "{{ .Name }} 60 IN PTR ip-{{ .Group.a }}-{{ .Group.b }}-{{ .Group.c }}-{{ .Group.d }}.example.",
        ],
      }),
    ],
    "4.3.2.1.in-addr.arpa. PTR",
    ["NOERROR", "> 4.3.2.1.in-addr.arpa. 60 PTR ip-1-2-3-4.example."],
  ],
  [
    "hexadecimal digits",
    [
      rule({
        match: ["^ip0a(?P<b>[a-f0-9]{2})(?P<c>[a-f0-9]{2})(?P<d>[a-f0-9]{2})[.]example[.]$"],
        answer: [
          "{{ .Name }} 60 IN A 10.{{ parseInt .Group.b 16 8 }}.{{ parseInt .Group.c 16 8 }}.{{ parseInt .Group.d 16 8 }}",
        ],
      }),
    ],
    "ip0a7b7b7b.example. A",
    ["NOERROR", "> ip0a7b7b7b.example. 60 A 10.123.123.123"],
  ],
  [
    "a match by its number",
    [
      rule({
        zones: ["example.com"],
        match: [String.raw`example\.com\.(dc1\.example\.com\.)$`],
        rcode: 3,
        authority: [
          "{{ index .Match 1 }} 60 IN SOA ns.{{ index .Match 1 }} hostmaster.{{ index .Match 1 }} (1 60 120 86400 3600)",
        ],
      }),
    ],
    "x.example.com.dc1.example.com. A",
    [
      "NXDOMAIN",
      "@ dc1.example.com. 60 SOA ns.dc1.example.com. hostmaster.dc1.example.com. 1 60 120 86400 3600",
    ],
  ],
  [
    "every section, and every type of record",
    [
      rule({
        answer: [
          "{{ .Name }} 60 IN MX 10 mail.{{ .Zone }}",
          '{{ .Name }} IN 30 TXT "one; two" three',
          "{{ .Name }} 1h SRV 1 2 3 @",
        ],
        authority: ["example. 60 IN NS ns0.example."],
        additional: ["ns0.example. 60 IN A 203.0.113.8", "ns0.example. AAAA 2001:DB8::8"],
        zones: ["example"],
      }),
    ],
    "a.example. MX",
    [
      "NOERROR",
      "> a.example. 60 TYPE15 \\# 16 000a046d61696c076578616d706c6500",
      '> a.example. 30 TXT "one; two" "three"',
      "> a.example. 3600 SRV 1 2 3 .",
      "@ example. 60 NS ns0.example.",
      "+ ns0.example. 60 A 203.0.113.8",
      "+ ns0.example. 3600 AAAA 2001:db8::8",
    ],
  ],
  [
    "an alias is followed for addresses",
    [
      rule({
        zones: ["foogle.com"],
        match: [String.raw`^foogle\.com\.$`],
        answer: ["foogle.com 60 IN CNAME web.shop.svc.cluster.local"],
      }),
    ],
    "foogle.com. A",
    [
      "NOERROR",
      "> foogle.com. 60 CNAME web.shop.svc.cluster.local.",
      "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
    ],
  ],
  [
    "and not for other types",
    [rule({ zones: ["foogle.com"], answer: ["foogle.com 60 IN CNAME web.shop.svc.cluster.local"] })],
    "foogle.com. SRV",
    ["NOERROR", "> foogle.com. 60 CNAME web.shop.svc.cluster.local."],
  ],
  [
    "an alias in a circle ends",
    [rule({ zones: ["loop"], answer: ["{{ .Name }} 1 IN CNAME loop."] })],
    "loop. A",
    ["NOERROR", ...Array.from({ length: 9 }, () => "> loop. 1 CNAME loop.")],
  ],
  [
    "what the question was",
    [
      rule({
        answer: [
          '{{ .Name }} 1 TXT "{{ .Question.Name }} {{ .Type }} {{ .Class }} {{ .Zone }} {{ .Remote }} {{ .Meta "a/b" }}|{{ .Match }}"',
        ],
      }),
    ],
    "A.example. TXT",
    ["NOERROR", '> a.example. 1 TXT "A.example. TXT IN . 203.0.113.9 |[a.example.]"'],
  ],
  [
    "conditions, trimmed white space, functions",
    [
      rule({
        match: ["^(?P<host>[a-z]+)(?P<n>[0-9]*)"],
        answer: [
          '{{ .Name }} 1 TXT {{ if eq .Group.host "web" "www" -}}  "yes" {{- else if not .Group.n -}} "none" {{- else -}} "no" {{- end }} {{/* nothing */}}{{ printf "%03d-%x" 7 255 }} {{ .Group.n | printf "%s!" }} {{ len .Group.n }}',
        ],
      }),
    ],
    "web12.example. TXT",
    ["NOERROR", '> web12.example. 1 TXT "yes" "007-ff" "12!" "2"'],
  ],
  [
    "a type that is not the template's",
    [rule({ zones: ["example"], type: 1, rcode: 3 })],
    "a.example. AAAA",
    ["SERVFAIL"],
  ],
  ["ANY is of every type", [rule({ zones: ["example"], type: 1, rcode: 3 })], "a.example. ANY", ["NXDOMAIN"]],
  [
    "a zone that is not the template's",
    [rule({ zones: ["example"], rcode: 3 })],
    "web.shop.svc.cluster.local. A",
    ["NOERROR", "> web.shop.svc.cluster.local. 5 A 10.96.0.20"],
  ],
  ["no expression matches", [rule({ match: ["^x"] })], "web.shop.svc.cluster.local. A", ["SERVFAIL"]],
  [
    "no expression matches: falls through to the next template",
    [rule({ match: ["^x"], fallthrough: ["."] }), rule({ rcode: 3 })],
    "web.shop.svc.cluster.local. A",
    ["NXDOMAIN"],
  ],
  [
    "and to the next plugin",
    [rule({ match: ["^x"], fallthrough: ["."] })],
    "web.shop.svc.cluster.local. A",
    ["NOERROR", "> web.shop.svc.cluster.local. 5 A 10.96.0.20"],
  ],
  [
    "falls through for some zones only",
    [rule({ match: ["^x"], fallthrough: ["example"] })],
    "web.shop.svc.cluster.local. A",
    ["SERVFAIL"],
  ],
  [
    "expressions tell case apart, of a name in lower case",
    [rule({ match: ["^X"], fallthrough: ["."] })],
    "X.example. A",
    ["SERVFAIL"],
  ],
  ["SERVFAIL", [rule({ rcode: 2, answer: ["a. 1 A 192.0.2.1"] })], "a. A", ["SERVFAIL"]],
  ["a record that is none", [rule({ answer: ["{{ .Name }} 60 IN A 999.1.1.1"] })], "a. A", ["SERVFAIL"]],
  ["a record of an unknown type", [rule({ answer: ["{{ .Name }} 60 IN LOC 1"] })], "a. A", ["SERVFAIL"]],
  [
    "a group that there is not",
    [rule({ answer: ["{{ .Name }} 60 IN A {{ .Group.x }}"] })],
    "a. A",
    ["SERVFAIL"],
  ],
  [
    "a match that there is not",
    [rule({ answer: ["{{ .Name }} 60 IN A {{ index .Match 4 }}"] })],
    "a. A",
    ["SERVFAIL"],
  ],
  [
    "a number that is none",
    [rule({ match: ["^(.)"], answer: ["{{ .Name }} 60 IN A 1.1.1.{{ parseInt (index .Match 1) 10 8 }}"] })],
    "a. A",
    ["SERVFAIL"],
  ],
];

it("follows aliases of aliases so far only, however many there are each time", async () => {
  const answer = Array.from({ length: 8 }, () => "{{ .Name }} 1 IN CNAME loop.");
  const plugins: DnsPlugin[] = [{ plugin: "template", rules: [rule({ answer })] }];
  expect((await ask(viewOf(CLUSTER, { plugins }), "loop. A")).length).toBeLessThan(1000);
});

describe("template", () => {
  it.each(ROWS)("%s", async (_, rules, question, answer) => {
    const plugins: DnsPlugin[] = [{ plugin: "template", rules }, KUBERNETES];
    expect(await ask(viewOf(CLUSTER, { plugins }), question)).toEqual(answer);
    expect(await ask(viewOf(CLUSTER, { plugins, reads: "later" }), question)).toEqual(answer);
  });
});
