import { describe, expect, it } from "vitest";
import { compileDnsAccess } from "../../../../sync-agent/compile/dns-access/dns-access.ts";
import { secret } from "../support/objects.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const read = (text: string) => compileDnsAccess(secret("lintel/dns-access", { "access.yaml": text }));
const said = (text: string) => read(text).warnings.map(({ field, message }) => `${field}: ${message}`);

describe("the Secret of those who may ask", () => {
  it("becomes a record for each token and view", () => {
    const { records, identities, warnings } = read(`
views:
  team:
    namespaces: [shop]
    zones: [Cluster.Local., corp.example]
    forward: true
    search: [shop.svc.cluster.local]
    ndots: 2
    perSecond: 50
  all: {}
tokens:
  ann: { sha256: ${A.toUpperCase()}, view: team, perSecond: 20 }
  bob: { sha256: ${B}, view: all }
certificates:
  carl: { fingerprint: "${A.match(/../g)?.join(":").toUpperCase() ?? ""}", view: team }
access:
  portal: { team: Example.CloudflareAccess.com, audience: app, view: all }
`);
    expect(warnings).toEqual([]);
    expect(Object.fromEntries(records)).toEqual({
      "view/team": {
        kind: "view",
        namespaces: ["shop"],
        zones: ["cluster.local", "corp.example"],
        forward: true,
        search: ["shop.svc.cluster.local"],
        ndots: 2,
        perSecond: 50,
      },
      "view/all": { kind: "view", forward: false, search: [], ndots: 5 },
      [`token/${A}`]: { kind: "token", name: "ann", view: "team", perSecond: 20 },
      [`token/${B}`]: { kind: "token", name: "bob", view: "all" },
    });
    expect(identities).toEqual([
      { kind: "certificate", name: "carl", fingerprint: A, view: "team" },
      { kind: "access", name: "portal", team: "example.cloudflareaccess.com", audience: "app", view: "all" },
    ]);
  });

  it("lets nobody in where there is none", () => {
    expect(compileDnsAccess(undefined)).toEqual({ records: new Map(), identities: [], warnings: [] });
  });

  it.each([
    ["no YAML", "views: [", /^data\[access.yaml\]: It is no valid YAML; its tokens let nobody in/],
    ["an alias to nowhere", "views: *a", /aliases that cannot be followed; its tokens let nobody in/],
    ["aliases without end", bomb(), /aliases that cannot be followed/],
    ["a list", "- a", /its tokens let nobody in/],
    ["a part that means nothing", "token: {}", /has `token`, which means nothing; its tokens let nobody in/],
  ])("lets nobody in where it is %s", (_, text, expected) => {
    expect(read(text).records.size).toBe(0);
    expect(said(text)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ["a hash that is none", "sha256: abc, view: v", "tokens.bad.sha256: It is no SHA-256 in hexadecimal"],
    ["a token in clear", "token: secret, view: v", "tokens.bad.sha256: It is wrong"],
    ["a view that is not there", `sha256: ${B}, view: w`, "tokens.bad.view: It names the view w"],
    ["the token of another", `sha256: ${A}, view: v`, "tokens.bad: It is the token of another name as well"],
    ["a rate of nothing", `sha256: ${B}, view: v, perSecond: 0`, "tokens.bad.perSecond: It is wrong"],
  ])("leaves out %s alone", (_, fields, expected) => {
    const text = `views: { v: {} }\ntokens:\n  good: { sha256: ${A}, view: v }\n  bad: { ${fields} }\n`;
    expect([...read(text).records.keys()]).toEqual(["view/v", `token/${A}`]);
    expect(said(text)).toEqual([expect.stringContaining(expected)]);
    expect(said(text)[0]).not.toContain("secret");
  });

  it("leaves out a bad view, and those who would have it", () => {
    const text = `views: { v: { namespaces: [Bad_Name] } }\ntokens: { ann: { sha256: ${A}, view: v } }\n`;
    expect(read(text).records.size).toBe(0);
    expect(said(text)).toEqual([
      expect.stringContaining("views.v.namespaces.0: It is no name of a namespace"),
      expect.stringContaining("tokens.ann.view: It names the view v, which there is not"),
    ]);
  });

  it("is without effect where the key is missing, or no text", () => {
    const binary = { ...secret("lintel/dns-access", {}), data: { "access.yaml": "/w==" } };
    for (const it of [secret("lintel/dns-access", { other: "" }), binary]) {
      const { records, warnings } = compileDnsAccess(it);
      expect([records.size, warnings.map(({ field }) => field)]).toEqual([0, ["data"]]);
    }
  });
});

describe("everybody's view", () => {
  it("has nothing of the cluster that it does not name", () => {
    expect(read("views: { public: { zones: [corp.example] } }").records.get("view/public")).toEqual({
      kind: "view",
      namespaces: [],
      zones: ["corp.example"],
      forward: false,
      search: [],
      ndots: 5,
    });
    const named = read("views: { public: { zones: [cluster.local], namespaces: [shop] } }");
    expect(named.records.get("view/public")).toMatchObject({ namespaces: ["shop"] });
  });

  it("is left out where it does not say what it is of", () => {
    expect(read("views: { public: {} }").records.size).toBe(0);
    expect(said("views: { public: {} }")).toEqual([expect.stringContaining("names no zones")]);
  });

  it("never forwards", () => {
    const text = "views: { public: { zones: [corp.example], forward: true } }";
    expect(read(text).records.get("view/public")).toMatchObject({ forward: false });
    expect(said(text)).toEqual([expect.stringContaining("views.public.forward: ")]);
  });
});

/** Each level repeats the one before it ten times. */
function bomb(): string {
  const levels = Array.from(
    { length: 8 },
    (_, i) =>
      `l${i}: &l${i} [${Array(10)
        .fill(i === 0 ? "x" : `*l${i - 1}`)
        .join(",")}]`,
  );
  return `views:\n  ${levels.join("\n  ")}\n`;
}
