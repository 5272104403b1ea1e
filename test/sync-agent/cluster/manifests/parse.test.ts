import { describe, expect, test } from "vitest";
import { parseManifests } from "../../../../sync-agent/cluster/manifests/parse.ts";

function values(text: string): unknown[] {
  const parsed = parseManifests(text);
  return parsed.outcome === "parsed" ? parsed.documents.map(({ value }) => value) : [parsed.problem];
}

describe("documents", () => {
  test.each([
    ["nothing", "", []],
    ["comments", "# a\n", []],
    ["empty documents, as templates leave them", "---\n---\n# b\n---\na: 1\n---\n", [{ a: 1 }]],
    ["several, with carriage returns", "a: 1\r\n---\r\nb: 2\r\n", [{ a: 1 }, { b: 2 }]],
    ["a byte order mark", "\uFEFFa: 1\n", [{ a: 1 }]],
    ["JSON", '{"a": [1, "x:y", "\\"z\\":"]}', [{ a: [1, "x:y", '"z":'] }]],
    ["JSON documents", '{"a":1}\n---\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    ["YAML that looks like JSON", "{a: 1}", [{ a: 1 }]],
    ["merge keys", "a: &a {x: 1}\nb: {<<: *a, y: 2}\n", [{ a: { x: 1 }, b: { x: 1, y: 2 } }]],
    ["keys that are numbers", "80: http\n", [{ "80": "http" }]],
    ["what YAML 1.1 took for booleans and times", "a: yes\nb: 2026-01-01\n", [{ a: "yes", b: "2026-01-01" }]],
    ["a tag nobody knows", "a: !x b\n", [{ a: "b" }]],
  ])("%s", (_, text, expected) => {
    expect(values(text)).toEqual(expected);
  });
});

describe("what does not parse, with its place", () => {
  test.each([
    ["a key twice", "a: 1\nb:\n  c: 1\n  c: 2\n", { line: 4, column: 3 }, /in the map already/],
    ["a key twice in JSON", '{"a": {"b": 1,\n "b": 2}}', { line: 2, column: 2 }, /in the map already/],
    ["a key twice, escaped once", '{"a": 1,\n "\\u0061": 2}', { line: 2, column: 2 }, /in the map already/],
    ["JSON cut short", '{"a": 1,\n "b', { line: 2, column: 4 }, /missing/],
    ["a tab", "a:\n\tb: 1\n", { line: 2, column: 1 }, /tab/],
    ["an open quote", 'a: "b\n', { line: 2, column: 1 }, /quote/],
    [
      "an error in the third document",
      "a: 1\n---\nb: 2\n---\nc: [1\nd: 2\n",
      { line: 6, column: 1 },
      /indentation/,
    ],
    ["an alias of nothing", "x: 1\n---\na: *b\n", { line: 3, column: 1 }, /anchor is missing/],
    ["an alias of itself", "a: &a {b: *a}\n", { line: 1, column: 1 }, /alias within/],
    ["text nested too deeply", "[".repeat(20_000), { line: 1 }, /nested too deeply|bracket/],
    [
      "JSON nested too deeply",
      `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      { line: 1 },
      /nested too deeply/,
    ],
  ])("%s", (_, text, position, message) => {
    expect(values(text)).toMatchObject([{ position, message: expect.stringMatching(message) as unknown }]);
  });

  test("aliases that multiply are refused before they fill the memory", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 12; i++) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`);
    }
    expect(values(lines.join("\n"))).toMatchObject([
      { message: expect.stringContaining("grow beyond bounds") as unknown, position: { line: 1, column: 1 } },
    ]);
  });

  test("templates are told to be rendered first", () => {
    const [problem] = values("{{ if .Values.a }}\nb: {{ .Values.b }}\n{{ end }}\n");
    expect(problem).toHaveProperty("remedy", expect.stringContaining("helm template"));
  });

  test("no message repeats the text, which may hold secrets", () => {
    const texts = [
      'a: "hunter2\nb: 1',
      "a: b: hunter2",
      "a: 1\nhunter2\nb: 2",
      "a: *hunter2",
      "- hunter2: [\n}",
    ];
    for (const text of texts) {
      const [problem] = values(text);
      expect(problem).toHaveProperty("message");
      expect(JSON.stringify(problem)).not.toContain("hunter2");
    }
  });
});

describe("places within documents", () => {
  const yaml = "a: 1\n---\nspec:\n  rules:\n    - host: x\n    - host: y\n  ref: &r {q: 1}\n  use: *r\n";
  const json = '{\n  "spec": {\n    "rules": [{"host": "x"},\n      {"host": "y"}]\n  }\n}\n';

  test.each([
    ["a value", yaml, 1, ["spec", "rules", 1, "host"], { line: 6, column: 13 }],
    [
      "a missing one, by what surrounds it",
      yaml,
      1,
      ["spec", "rules", 1, "http", "paths"],
      { line: 6, column: 7 },
    ],
    ["one behind an alias, by the alias", yaml, 1, ["spec", "use", "q"], { line: 8, column: 8 }],
    ["the document", yaml, 1, [], { line: 3, column: 1 }],
    ["a value in JSON", json, 0, ["spec", "rules", 1, "host"], { line: 4, column: 16 }],
  ])("%s", (_, text, index, path, position) => {
    const parsed = parseManifests(text);
    expect(parsed.outcome === "parsed" && parsed.documents[index]?.locate(path)).toEqual(position);
  });

  test.each([
    ["YAML", yaml, 1, ["spec", "rules", 1], "line 6"],
    ["JSON", json, 0, ["spec", "rules", 1], "spec.rules[1]"],
    ["JSON as a whole", json, 0, [], "line 1"],
  ])("in words: %s", (_, text, index, path, place) => {
    const parsed = parseManifests(text);
    expect(parsed.outcome === "parsed" && parsed.documents[index]?.place(path)).toBe(place);
  });
});
