/** Other questions than were asked, and answers that fit the ones that were (CoreDNS rewrite plugin). */
import { describe, expect, it } from "vitest";
import type { DnsPlugin, NameRewrite, RewriteRule } from "../../../../contract/index.ts";
import { nameFromText } from "../../../../worker/dns/wire/name-text.ts";
import { ask } from "../support/ask.ts";
import { CLUSTER, SOA, soaText } from "../support/cluster.ts";
import { viewOf } from "../support/snapshot.ts";

const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };

type Rule = RewriteRule["rule"];
type Answer = Extract<Rule, { kind: "name" }>["answer"];

const stop = (rule: Rule): RewriteRule => ({ continues: false, rule });
const go = (rule: Rule): RewriteRule => ({ continues: true, rule });
const name = (by: NameRewrite["by"], from: string, to: string, answer: Answer = []): Rule => ({
  kind: "name",
  match: { by, from, to },
  answer,
});

function askWith(rules: RewriteRule[], question: string, zones?: readonly string[]) {
  const visible = zones && { zones: zones.map(nameFromText) };
  const view = viewOf(CLUSTER, { plugins: [{ plugin: "rewrite", rules }, KUBERNETES] });
  return ask(view, question, visible && { visible });
}

const SHOP = ".shop.svc.cluster.local";

describe("names", () => {
  it.each<readonly [string, RewriteRule[], string, string[]]>([
    [
      "exact puts back what was asked, in lower case",
      [stop(name("exact", "Shop.example".toLowerCase(), `web${SHOP}`))],
      "SHOP.example. A",
      ["NOERROR", "> shop.example. 5 A 10.96.0.20"],
    ],
    [
      "exact is exact",
      [stop(name("exact", "shop.example", `web${SHOP}`))],
      "x.shop.example. A",
      ["SERVFAIL"],
    ],
    [
      "exact: names below and in data as well",
      [stop(name("exact", "db.example", `db${SHOP}`))],
      "db.example. SRV",
      [
        "NOERROR",
        "> db.example. 5 SRV 0 50 5432 db-0.db.example.",
        "> db.example. 5 SRV 0 50 5432 db-1.db.example.",
        "+ db-0.db.example. 5 A 10.244.2.1",
        "+ db-1.db.example. 5 A 10.244.2.2",
      ],
    ],
    [
      "suffix without answer rules: the answer stays as it is",
      [stop(name("suffix", ".example", SHOP))],
      "web.example. A",
      ["NOERROR", `> web${SHOP}. 5 A 10.96.0.20`],
    ],
    [
      "suffix, answer auto",
      [stop(name("suffix", ".example", SHOP, "auto"))],
      "db.example. SRV",
      [
        "NOERROR",
        "> db.example. 5 SRV 0 50 5432 db-0.db.example.",
        "> db.example. 5 SRV 0 50 5432 db-1.db.example.",
        "+ db-0.db.example. 5 A 10.244.2.1",
        "+ db-1.db.example. 5 A 10.244.2.2",
      ],
    ],
    [
      "prefix, answer auto",
      [stop(name("prefix", "old-", "", "auto"))],
      `old-web${SHOP}. A`,
      ["NOERROR", `> old-web${SHOP}. 5 A 10.96.0.20`],
    ],
    [
      "substring, every time",
      [stop(name("substring", "-x", "", "auto"))],
      `we-xb-x${SHOP}. A`,
      ["NOERROR", `> we-xb-x${SHOP}. 5 A 10.96.0.20`],
    ],
    [
      "regex with groups, answer auto",
      [stop(name("regex", String.raw`^(.*)-([a-z]*)\.example\.$`, "{1}.{2}.svc.cluster.local", "auto"))],
      "web-shop.example. A",
      ["NOERROR", "> web-shop.example. 5 A 10.96.0.20"],
    ],
    [
      "regex with answer rules for owners and data",
      [
        stop(
          name("regex", String.raw`(.*)\.example\.`, `{1}${SHOP}.`, [
            { on: "name", from: String.raw`^(.*)\.shop\.svc\.cluster\.local\.`, to: "{1}.example." },
            { on: "value", from: String.raw`^(.*)\.db\.shop\.svc\.cluster\.local\.`, to: "{1}.data.test." },
          ]),
        ),
      ],
      "db.example. SRV",
      [
        "NOERROR",
        "> db.example. 5 SRV 0 50 5432 db-0.data.test.",
        "> db.example. 5 SRV 0 50 5432 db-1.data.test.",
        "+ db-0.db.example. 5 A 10.244.2.1",
        "+ db-1.db.example. 5 A 10.244.2.2",
      ],
    ],
    [
      "aliases are put back too",
      [stop(name("suffix", ".example", SHOP, "auto"))],
      "alias.example. A",
      ["NOERROR", "> alias.example. 5 CNAME web.example.", "> web.example. 5 A 10.96.0.20"],
    ],
    [
      "the zone's own records, of SOA the server's name",
      [stop(name("suffix", "example", "cluster.local", "auto"))],
      "nobody.shop.svc.example. A",
      [
        "NXDOMAIN",
        `@ ${soaText("cluster.local.").replaceAll("cluster.local", "example").replace("hostmaster.example", "hostmaster.cluster.local")}`,
      ],
    ],
    [
      "the first rule that matches stops",
      [stop(name("exact", "a.example", "b.example")), stop(name("exact", "b.example", `web${SHOP}`))],
      "a.example. A",
      ["SERVFAIL"],
    ],
    [
      "continue goes on with what the rule made, and back in turn",
      [go(name("exact", "a.example", "b.example")), stop(name("exact", "b.example", `web${SHOP}`))],
      "a.example. A",
      ["NOERROR", "> a.example. 5 A 10.96.0.20"],
    ],
    ["a name that becomes none", [stop(name("prefix", "a", "a..b"))], "a.example. A", ["SERVFAIL"]],
    [
      "a name that becomes too long",
      [stop(name("prefix", "a", "x".repeat(64)))],
      "a.example. A",
      ["SERVFAIL"],
    ],
  ])("%s", async (_, rules, question, answer) => {
    expect(await askWith(rules, question)).toEqual(answer);
  });
});

describe("other fields", () => {
  it.each<readonly [string, RewriteRule[], string, string[]]>([
    [
      "type",
      [stop({ kind: "type", from: 255, to: 1 })],
      `web${SHOP}. ANY`,
      ["NOERROR", `> web${SHOP}. 5 A 10.96.0.20`],
    ],
    ["type: others stay", [stop({ kind: "type", from: 255, to: 1 })], `web${SHOP}. AAAA`, ["NOERROR", SOA]],
    [
      "ttl up",
      [stop({ kind: "ttl", match: { by: "suffix", from: "cluster.local", to: "" }, minTtl: 60, maxTtl: 60 })],
      `web${SHOP}. A`,
      ["NOERROR", `> web${SHOP}. 60 A 10.96.0.20`],
    ],
    [
      "ttl down, of the SOA record too",
      [stop({ kind: "ttl", match: { by: "prefix", from: "no", to: "" }, minTtl: 0, maxTtl: 2 })],
      `nobody${SHOP}. A`,
      ["NXDOMAIN", SOA.replace(" 5 SOA", " 2 SOA")],
    ],
    [
      "ttl of another name",
      [stop({ kind: "ttl", match: { by: "exact", from: "other.example", to: "" }, minTtl: 60, maxTtl: 60 })],
      `web${SHOP}. A`,
      ["NOERROR", `> web${SHOP}. 5 A 10.96.0.20`],
    ],
    [
      "rcode",
      [stop({ kind: "rcode", match: { by: "regex", from: "^nobody", to: "" }, from: 3, to: 0 })],
      `nobody${SHOP}. A`,
      ["NOERROR", SOA],
    ],
    [
      "rcode: others stay",
      [stop({ kind: "rcode", match: { by: "substring", from: "shop", to: "" }, from: 2, to: 0 })],
      `nobody${SHOP}. A`,
      ["NXDOMAIN", SOA],
    ],
    [
      "cname: another target, and what is there",
      [stop({ kind: "cname", match: { by: "exact", from: "search.example.com", to: `web${SHOP}` } })],
      `search${SHOP}. A`,
      ["NOERROR", `> search${SHOP}. 5 CNAME web${SHOP}.`, `> web${SHOP}. 5 A 10.96.0.20`],
    ],
    [
      "cname: targets that are not meant",
      [stop({ kind: "cname", match: { by: "suffix", from: ".example.org", to: SHOP } })],
      `search${SHOP}. A`,
      ["NOERROR", `> search${SHOP}. 5 CNAME search.example.com.`],
    ],
  ])("%s", async (_, rules, question, answer) => {
    expect(await askWith(rules, question)).toEqual(answer);
  });
});

it("gives a view no name of a zone that it does not hold", async () => {
  const rules = [stop(name("exact", "shop.example", `web${SHOP}`))];
  expect(await askWith(rules, "shop.example. A", ["example"])).toEqual(["REFUSED"]);
  expect(await askWith(rules, "shop.example. A", ["example", "cluster.local"])).toEqual([
    "NOERROR",
    "> shop.example. 5 A 10.96.0.20",
  ]);
});
