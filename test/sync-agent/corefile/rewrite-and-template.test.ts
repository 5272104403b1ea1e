/** What becomes of the lines of rewrite and template. */
import { table } from "./support/table.ts";

const rule = (rule: object, continues = false) => ({ plugin: "rewrite", rules: [{ continues, rule }] });
const nameRule = (by: string, from: string, to: string, answer: unknown, continues = false) =>
  rule({ kind: "name", match: { by, from, to }, answer }, continues);
table("rewrite", {
  "of names": ["rewrite name A.test b.test", [nameRule("exact", "a.test.", "b.test.", "auto")]],
  "of exact names": ["rewrite name exact a.test b.test", [nameRule("exact", "a.test.", "b.test.", "auto")]],
  "of exact names, with values of answers": [
    "rewrite name exact a.test b.test answer value c.test d.test",
    [nameRule("exact", "a.test.", "b.test.", [{ on: "value", from: "c.test", to: "d.test." }])],
  ],
  "of prefixes": ["rewrite name prefix api gateway", [nameRule("prefix", "api.", "gateway.", [])]],
  "of suffixes": [
    "rewrite name suffix .a.test. .b.test. answer auto",
    [nameRule("suffix", ".a.test.", ".b.test.", "auto")],
  ],
  "of parts": [
    "rewrite name substring east.a.test west.a.test",
    [nameRule("substring", "east.a.test.", "west.a.test.", [])],
  ],
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
  "of aliases": [
    "rewrite cname suffix .a.test .b.test",
    [rule({ kind: "cname", match: { by: "suffix", from: ".a.test.", to: ".b.test." } })],
  ],
  "of classes": ["rewrite continue class CH IN", [rule({ kind: "class", from: 3, to: 1 }, true)]],
  "of TTLs": [
    "rewrite ttl a.test 15",
    [rule({ kind: "ttl", match: { by: "exact", from: "a.test.", to: "a.test." }, minTtl: 15, maxTtl: 15 })],
  ],
  "of ranges of TTLs": [
    "rewrite {\nttl suffix .a.test 30-300\n}",
    [
      rule({
        kind: "ttl",
        match: { by: "suffix", from: ".a.test.", to: ".a.test." },
        minTtl: 30,
        maxTtl: 300,
      }),
    ],
  ],
  "of the least TTL": [
    "rewrite ttl a 30-",
    [rule({ kind: "ttl", match: { by: "exact", from: "a.", to: "a." }, minTtl: 30, maxTtl: 0x7fffffff })],
  ],
  "of the greatest TTL": [
    "rewrite ttl a -30",
    [rule({ kind: "ttl", match: { by: "exact", from: "a.", to: "a." }, minTtl: 0, maxTtl: 30 })],
  ],
  "of codes": [
    String.raw`rewrite rcode regex (.*)\.a SERVFAIL NOERROR`,
    [
      rule({
        kind: "rcode",
        match: { by: "regex", from: String.raw`(.*)\.a`, to: String.raw`(.*)\.a` },
        from: 2,
        to: 0,
      }),
    ],
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

const template = {
  zones: ["example.org"],
  match: [".*"],
  answer: [],
  authority: [],
  additional: [],
  rcode: 0,
};
table("template", {
  answers: [
    'template IN A {\nanswer "{{ .Name }} 60 IN A 10.0.0.1"\n}',
    [{ plugin: "template", rules: [{ ...template, type: 1, answer: ["{{ .Name }} 60 IN A 10.0.0.1"] }] }],
  ],
  matches: [
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
