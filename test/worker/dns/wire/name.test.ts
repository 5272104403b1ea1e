import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DnsFormatError } from "../../../../worker/dns/wire/format-error.ts";
import { Name } from "../../../../worker/dns/wire/name.ts";
import { nameFromText, nameToText } from "../../../../worker/dns/wire/name-text.ts";
import { anyName } from "../support/arbitraries.ts";
import { hexOf } from "../support/messages.ts";

const L63 = "x".repeat(63);

describe("names as text", () => {
  it.each([
    [".", "00", "."],
    ["com", "03636f6d00", "com."],
    ["www.Example.com.", "03777777074578616d706c6503636f6d00", "www.Example.com."],
    ["a\\046b.c.", "03612e62016300", "a\\046b.c."],
    ["a\\.b.c.", "03612e62016300", "a\\046b.c."],
    ["a\\\\b.", "03615c6200", "a\\092b."],
    ["\\000\\255.", "0200ff00", "\\000\\255."],
    ["sp\\ ace.", "0673702061636500", "sp\\032ace."],
    ["*._tcp.", "012a045f74637000", "*._tcp."],
  ])("%s", (text, wire, canonical) => {
    const name = nameFromText(text);
    expect(hexOf(name.wire)).toBe(wire);
    expect(nameToText(name)).toBe(canonical);
  });

  it.each([
    ["an empty text", "", "a label of 0 octets"],
    ["an empty label", "a..b", "a label of 0 octets"],
    ["a dot in front", ".a", "a label of 0 octets"],
    ["a label of 64 octets", `${L63}x.com`, "a label of 64 octets"],
    ["256 octets", `${L63}.${L63}.${L63}.${"x".repeat(62)}.`, "is 256 octets long"],
    ["an escape over 255", "\\256.", "octets end at 255"],
    ["two digits", "\\12.", "a backslash without"],
    ["a backslash at the end", "abc\\", "a backslash without"],
    ["a letter outside ASCII", "bücher.example", "outside ASCII"],
    ["an escaped letter outside ASCII", "b\\ücher.example", "a backslash without"],
  ])("refuses %s", (_, text, problem) => {
    expect(() => nameFromText(text)).toThrow(DnsFormatError);
    expect(() => nameFromText(text)).toThrow(problem);
  });

  it("takes 255 octets", () => {
    const text = `${L63}.${L63}.${L63}.${"x".repeat(61)}.`;
    expect(nameFromText(text).wire).toHaveLength(255);
    expect(nameToText(nameFromText(text))).toBe(text);
  });

  it("is undone by reading it (any octets)", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(hexOf(nameFromText(nameToText(name)).wire)).toBe(hexOf(name.wire));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("comparison", () => {
  const name = nameFromText("WWW.Example.COM.");

  it.each([
    ["without case", "www.example.com.", true],
    ["another label", "www.example.org.", false],
    ["a part", "example.com.", false],
    ["a dot inside a label", "www\\046example.com.", false],
    ["`[` and `{` are no case pair", "www[.example.com.", false],
  ])("%s", (_, other, equal) => {
    expect(name.equals(nameFromText(other))).toBe(equal);
  });

  it("folds ASCII letters only", () => {
    expect(nameFromText("\\091\\193.").equals(nameFromText("\\123\\225."))).toBe(false);
  });

  it("does not take length octets for letters", () => {
    // A label of 65 octets would begin with `A`; lengths end at 63, so 33 (`!`) and 1 must differ as they are.
    expect(nameFromText(`${"a".repeat(33)}.`).equals(nameFromText(`a.${"a".repeat(31)}.`))).toBe(false);
  });
});

describe("labels above a zone", () => {
  it.each([
    ["cluster.local.", "cluster.local.", 0],
    ["svc.CLUSTER.local.", "cluster.LOCAL.", 1],
    ["a.b.c.cluster.local.", "cluster.local.", 3],
    ["a.b.", ".", 2],
    ["local.", "cluster.local.", undefined],
    ["mycluster.local.", "cluster.local.", undefined],
    ["svc\\007cluster.local.", "cluster.local.", undefined],
    ["example.com.", "cluster.local.", undefined],
  ])("%s above %s: %s", (name, zone, labels) => {
    expect(nameFromText(name).labelsAbove(nameFromText(zone))).toBe(labels);
  });

  it("gives the first labels in lower case, and the rest in its own", () => {
    const name = nameFromText("WEB.a\\046B.Cluster.Local.");
    expect(name.foldedLabels(2)).toEqual(["web", "a.b"]);
    expect(nameToText(name.parent(2))).toBe("Cluster.Local.");
    expect(name.parent(0)).toBe(name);
  });
});

describe("the parent of a name", () => {
  it.each([
    ["svc.cluster.local.", 1, "cluster.local.", true],
    ["cluster.local.", 0, "cluster.local.", true],
    ["svc.cluster.local.", 3, ".", true],
    ["svc.Cluster.local.", 1, "cluster.local.", false],
    ["svc.cluster.local.", 2, "cluster.local.", false],
    ["svc.cluster.local.", 0, "cluster.local.", false],
    ["svc.cluster.local.", 1, "cluster.locas.", false],
  ])("of %s without %i labels is %s, in the same case: %s", (name, labels, parent, isIt) => {
    expect(nameFromText(name).hasParent(labels, nameFromText(parent))).toBe(isIt);
  });
});

describe("names made of labels", () => {
  it("stand in front of another name", () => {
    expect(nameToText(Name.under(nameFromText("svc.local."), "web", "sh.op"))).toBe(
      "web.sh\\046op.svc.local.",
    );
  });

  it.each([
    ["an empty label", [""]],
    ["a label of 64 octets", [`${L63}x`]],
    ["more than 255 octets", [L63, L63, L63, L63]],
    ["a character that is no octet", ["€"]],
  ])("refuse %s", (_, labels) => {
    expect(() => Name.under(Name.root, ...labels)).toThrow(DnsFormatError);
  });
});
