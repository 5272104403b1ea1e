import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { dnsServerSchema, SECTIONS, toHex, utf8 } from "../../../contract/index.ts";
import { CorefileError } from "../../../sync-agent/corefile/error.ts";
import { read, recordsOf, saidOf } from "./support/read.ts";
import { runs } from "../../worker/support/runs.ts";

const serversOf = (text: string) => read(text).corefile?.servers.map(({ zones }) => zones);

describe("a server block answers for", () => {
  test.each<[string, string, string[][]]>([
    ["the root", ".:53 {\n}", [["."]]],
    ["the root, by its port alone", ":53 {\n}", [["."]]],
    ["zones in lower case, without the dot", "Example.ORG. b.test:53 {\n}", [["example.org", "b.test"]]],
    ["the zone behind a transport", "dns://a.test {\n}", [["a.test"]]],
    ["a range of addresses", "10.0.0.0/24 {\n}", [["0.0.10.in-addr.arpa"]]],
    ["a range of a class", "10.0.0.0/8:53 {\n}", [["10.in-addr.arpa"]]],
    [
      "a range within an octet",
      "10.1.4.0/22 {\n}",
      [["4.1.10.in-addr.arpa", "5.1.10.in-addr.arpa", "6.1.10.in-addr.arpa", "7.1.10.in-addr.arpa"]],
    ],
    ["a range with a host's bits", "10.1.7.9/23 {\n}", [["6.1.10.in-addr.arpa", "7.1.10.in-addr.arpa"]]],
    ["a range of IPv6", "2001:db8::/32 {\n}", [["8.b.d.0.1.0.0.2.ip6.arpa"]]],
    ["everything of a family", "0.0.0.0/0 {\n}", [["in-addr.arpa"]]],
    ["a zone at another port, where nobody else does", "a.test:1053 {\n}", [["a.test"]]],
    ["a zone once, on port 53", "a.test:1053 {\n}\na.test {\n}", [["a.test"]]],
    ["what is left of its zones", "tls://. {\nlog\n}\n. a.test {\nerrors\n}", [[".", "a.test"]]],
    ["nothing with a view", ". {\nview v {\nexpr true\n}\n}\na.test {\n}", [["a.test"]]],
    ["the zone where it is bound first", ". {\nbind a\n}\n. {\nbind b\n}", [["."]]],
  ])("%s", (_, text, expected) => expect(serversOf(text)).toEqual(expected));

  test.each<[string, string, string]>([
    [
      "a zone twice",
      ". {\n}\n.:53 {\n}",
      "error data[Corefile], line 3: zone . has a server block already (data[Corefile], line 1)",
    ],
    ["what is no zone", "a..b {\n}", 'error data[Corefile], line 1: "a..b" is not the name of a zone'],
    [
      "a label that is too long",
      `${"a".repeat(64)}.test {\n}`,
      `error data[Corefile], line 1: "${"a".repeat(64)}.test" is not the name of a zone`,
    ],
    [
      "another transport",
      "http://a.test {\n}",
      'error data[Corefile], line 1: "http://a.test" begins with no transport of DNS',
    ],
    ["no port", "a.test: {\n}", 'error data[Corefile], line 1: "a.test:" does not end in a port'],
    ["nothing", "# empty\n", "error data[Corefile], line 1: there is no server block"],
    [
      "a port that is none",
      "a.test:65536 {\n}",
      'error data[Corefile], line 1: "a.test:65536" does not end in a port',
    ],
  ])("and not for %s", (_, text, expected) => expect(saidOf(text)).toEqual([expected]));
});

it("says which server block is not served", () => {
  expect(saidOf("https://a.test {\n}\na.test {\n}")).toEqual([
    "ignored data[Corefile], line 1: https://a.test: the edge answers over HTTPS on its system host, whatever transport and port stand here.",
    "ignored data[Corefile], line 1: Zone a.test has another server block (data[Corefile], line 3), which is served; this one is not.",
  ]);
});

it("suggests the plugin that is meant", () => {
  expect(read(". {\nkuberntes x\n}").findings[0]?.remedy).toBe("Write `kubernetes`, if that is meant.");
});

describe("records", () => {
  it("of hosts hold the file's entries before those of the Corefile", () => {
    const files = { h: "10.0.0.1 a.example.org\n::1%lo A.example.org # c\n10.0.0.9 elsewhere.test\nx\n" };
    const records = recordsOf("hosts h {\n10.0.0.2 a.example.org b.example.org\n}", { files });
    expect(Object.values(records)).toEqual([
      {
        kind: "hosts",
        names: { "a.example.org": ["10.0.0.1", "::1", "10.0.0.2"], "b.example.org": ["10.0.0.2"] },
        addresses: {
          "10.0.0.1": ["a.example.org"],
          "::1": ["a.example.org"],
          "10.0.0.2": ["a.example.org", "b.example.org"],
        },
      },
    ]);
  });

  it("of zones say where they came from; two texts of one zone have two records", () => {
    const soa = (serial: number) => `@ 60 IN SOA ns hostmaster ${serial} 2 3 4 5\n`;
    const { corefile } = read(
      "a.test {\nfile one z.test\n}\nb.test {\nfile two z.test\n}\nc.test {\nfile one z.test\n}",
      {
        files: { one: soa(1), two: soa(2) },
      },
    );
    const keys = [...(corefile?.records.keys() ?? [])];
    expect(keys).toEqual(["file/z.test", expect.stringMatching(/^file\/z\.test\/[0-9a-f]{16}$/)]);
    expect(corefile?.records.get("file/z.test")).toMatchObject({
      source: "ConfigMap kube-system/coredns, data[one]",
    });
    const named = corefile?.servers.map(({ plugins }) =>
      plugins.map(({ plugin }) => plugin.plugin === "file" && plugin.files[0]?.record),
    );
    expect(named).toEqual([[keys[0]], [keys[1]], [keys[0]]]);
  });
});

describe("whatever the text", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "{",
      "}",
      "(a)",
      "import",
      "a",
      ".",
      ".:53",
      "10.0.0.0/9",
      "example.org,",
      '"',
      "`",
      "#",
      "\\\n",
      "\n",
      "\n",
      "\n",
      "kubernetes",
      "cluster.local",
      "pods",
      "verified",
      "ttl",
      "30",
      "labels",
      "a in (b)",
      "fallthrough",
      "file",
      "db",
      "hosts",
      "10.0.0.1",
      "a.example.org",
      "rewrite",
      "name",
      "regex",
      "(.*)",
      "{1}",
      "answer",
      "auto",
      "type",
      "A",
      "forward",
      "1.1.1.1",
      "tls://9.9.9.9%dns.quad9.net",
      "https://x",
      "/etc/resolv.conf",
      "cache",
      "success",
      "acl",
      "allow",
      "net",
      "template",
      "IN",
      "ANY",
      "match",
      "rcode",
      "NXDOMAIN",
      "log",
      "class",
      "all",
      "errors",
      "health",
      "{$A}",
      "{%A%}",
      "{args.0}",
      "custom/*.x",
      "view",
      "bind",
      "root",
      "/",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  const texts = fc.array(word, { maxLength: 60 }).map((words) => words.join(" "));

  it("reading ends, says what is wrong, and gives what the contract takes", () => {
    fc.assert(
      fc.property(texts, texts, (text, other) => {
        const { corefile, error } = read(text, {
          files: { db: other, "custom/1.x": other },
          environment: { A: "a" },
        });
        expect((corefile === undefined) !== (error === undefined)).toBe(true);
        if (error !== undefined) expect(error).toBeInstanceOf(CorefileError);
        for (const { zones, plugins } of corefile?.servers ?? []) {
          dnsServerSchema.parse({ zones, plugins: plugins.map(({ plugin }) => plugin) });
        }
        for (const record of corefile?.records.values() ?? []) SECTIONS.zones.record.parse(record);
      }),
      { numRuns: runs(3000) },
    );
  });

  it("many lines are no problem, and too many say so", () => {
    const log = "log\n".repeat(150_000);
    expect(read(`. {\nimport x\n}`, { files: { x: log } }).corefile?.servers[0]?.plugins).toHaveLength(
      150_000,
    );
    expect(saidOf(`. {\nimport x\nimport x\n}`, { files: { x: log } })).toEqual([
      "error data[x], line 49998: is too long, with all its imports",
    ]);
    const ranges = Array.from({ length: 100 }, (_, at) => `${at}.0.0.0/9`).join(" ");
    expect(saidOf(`. {\nacl ${ranges} {\nblock\n}\n}`)).toEqual([
      "error data[Corefile], line 2: 12800 zones stand here",
    ]);
  });

  it("imports that multiply end", () => {
    const snippets = Array.from({ length: 30 }, (_, at) =>
      at === 0 ? "(s0) {\nerrors\n}" : `(s${at}) {\nimport s${at - 1}\nimport s${at - 1}\n}`,
    );
    expect(saidOf(`${snippets.join("\n")}\n. {\nimport s29\n}`)).toEqual([
      expect.stringMatching(/^error .*: importing "s\d+" has no end$/),
    ]);
  });
});

it("keeps hosts under the digest of their table", async () => {
  const [key, table] = Object.entries(recordsOf("hosts {\n10.0.0.1 a.example.org\n}"))[0] ?? [];
  const bytes = utf8(
    '{"addresses":{"10.0.0.1":["a.example.org"]},"kind":"hosts","names":{"a.example.org":["10.0.0.1"]}}',
  );
  expect(key).toBe(`hosts/${toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))}`);
  expect(table).toMatchObject({ kind: "hosts" });
});
