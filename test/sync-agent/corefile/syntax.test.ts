import { describe, expect, it, test } from "vitest";
import { CorefileError } from "../../../sync-agent/corefile/error.ts";
import { placeField } from "../../../sync-agent/corefile/source.ts";
import { readSyntax, type Statement } from "../../../sync-agent/corefile/syntax.ts";
import { type Beside, sourceOf } from "./support/read.ts";

/** `zone zone { statement arg { … } }`, whatever the lines were. */
function told(text: string, beside?: Beside): string {
  try {
    return readSyntax(sourceOf(text, beside))
      .blocks.map(({ keys, statements }) => `${keys.map((key) => key.text).join(" ")} ${block(statements)}`)
      .join(" | ");
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error;
    return `${placeField(error.place)}: ${error.problem}`;
  }
}

const block = (statements: readonly Statement[]): string => `{${statements.map(statement).join("; ")}}`;

function statement({ text, args, block: inner }: Statement): string {
  const words = [text, ...args.map((arg) => arg.text)].map((word) =>
    /^[\w.:/-]+$/.test(word) ? word : `<${word}>`,
  );
  return [...words, ...(inner === undefined ? [] : [block(inner)])].join(" ");
}

describe("server blocks", () => {
  test.each<[string, string, string]>([
    ["have a zone", ".:53 {\nerrors\n}", ".:53 {errors}"],
    ["have several zones", "a.org b.org {\nlog\n}", "a.org b.org {log}"],
    ["have zones with commas between", "a.org,b.org, c.org {\nlog\n}", "a.org b.org c.org {log}"],
    ["have zones on several lines", "a.org,\nb.org {\nlog\n}", "a.org b.org {log}"],
    ["may open on the next line", ".:53\n{\nlog\n}", ".:53 {log}"],
    [
      "need no braces when alone",
      ".:53\nerrors\nlog . {\nclass all\n}\n",
      ".:53 {errors; log . {class all}}",
    ],
    ["follow each other", "a {\nlog\n}\nb {\n}", "a {log} | b {}"],
    ["may be empty files", "  # nothing\n", ""],
    [
      "have blocks on one line",
      ". {\nforward . 1.1.1.1 { expire 10s }\n}",
      ". {forward . 1.1.1.1 {expire 10s}}",
    ],
    ["begin with a byte order mark", "\uFEFF. {\nlog\n}", ". {log}"],
    ["have DOS line ends", ". {\r\nlog\r\n}\r\n", ". {log}"],
  ])("%s", (_, text, expected) => expect(told(text)).toBe(expected));
});

describe("words", () => {
  test.each<[string, string, string]>([
    ["in quotes keep white space", 'x "a b"', "x <a b>"],
    ["in quotes may have quotes", String.raw`x "a \"b\" \d"`, String.raw`x <a "b" \d>`],
    ["in quotes may have line ends, and go on behind them", 'x "a\nb" c\ny', "x <a\nb> c; y"],
    ["in backquotes are as they stand", 'x `a "b" \\` c', 'x <a "b" \\> c'],
    ["have backslashes outside of quotes", String.raw`x (.*)\.a`, String.raw`x <(.*)\.a>`],
    ["are followed by comments", "x a # b\ny", "x a; y"],
    ["end where a comment begins", "x a#b c\ny", "x a; y"],
    ["may be a hash in quotes", 'x "#a"', "x <#a>"],
    ["go on behind a backslash at the line's end", "x a \\\n  b\ny", "x a b; y"],
    ["may be empty", 'x "" a', "x <> a"],
    ["may be braces in quotes", 'x "{" "}"', "x <{> <}>"],
    ["may hold templates", 'x "{{ .Name }}" {{ .X }}', "x <{{ .Name }}> <{{> .X <}}>"],
  ])("%s", (_, line, expected) => expect(told(`. {\n${line}\n}`)).toBe(`. {${expected}}`));
});

describe("variables", () => {
  const beside = { environment: { DOMAIN: "example.org", EMPTY: "" } };
  test.each<[string, string, string]>([
    ["of Unix", "{$DOMAIN} {\nx a.{$DOMAIN}\n}", "example.org {x a.example.org}"],
    ["of Windows", "{%DOMAIN%} {\nx\n}", "example.org {x}"],
    ["in quotes", '. {\nx "a {$DOMAIN} b"\n}', ". {x <a example.org b>}"],
    ["that are empty", ". {\nx a{$EMPTY}b\n}", ". {x ab}"],
    [
      "that are unknown",
      ".\n{\nx {$LINTEL_API_TOKEN}\n}",
      "data[Corefile], line 3: the variable LINTEL_API_TOKEN is not known to the agent",
    ],
  ])("%s", (_, text, expected) => expect(told(text, beside)).toBe(expected));
});

describe("imports", () => {
  test.each<[string, string, string, Beside?]>([
    ["snippets", "(s) {\nerrors\nlog\n}\n. {\nx\nimport s\ny\n}", ". {x; errors; log; y}"],
    ["snippets within blocks", "(s) {\na 1\n}\n. {\nx {\nimport s\nb\n}\n}", ". {x {a 1; b}}"],
    ["snippets within snippets", "(a) {\nx\n}\n(b) {\nimport a\ny\n}\n. {\nimport b\n}", ". {x; y}"],
    [
      "snippets with arguments",
      "(s) {\nforward . {args.0} {args[1]}\n}\n. {\nimport s 1.1.1.1 8.8.8.8\n}",
      ". {forward . 1.1.1.1 8.8.8.8}",
    ],
    ["snippets with blocks", "(s) {\nx {\na\n}\n}\n. {\nimport s\n}", ". {x {a}}"],
    ["keys of the ConfigMap", ". {\nimport common\n}", ". {errors}", { files: { common: "errors\n" } }],
    ["by their paths", ". {\nimport /etc/coredns/common\n}", ". {errors}", { files: { common: "errors\n" } }],
    [
      "by patterns, in order",
      ". {\nimport custom/*.override\n}\nimport custom/*.server",
      ". {a; b} | x.org {log}",
      {
        files: {
          "custom/2.override": "b",
          "custom/1.override": "a",
          "custom/x.server": "x.org {\nlog\n}",
          "custom/y": "z",
        },
      },
    ],
    ["by patterns that match nothing", ". {\nx\nimport custom/*.override\n}", ". {x}"],
    [
      "names that are variables",
      "(s) {\nx\n}\n. {\nimport {$WHAT}\n}",
      ". {x}",
      { environment: { WHAT: "s" } },
    ],
  ])("%s", (_, text, expected, beside) => expect(told(text, beside)).toBe(expected));

  it("tells a problem's place in what is imported", () => {
    expect(told(". {\nimport bad\n}", { files: { bad: 'x\ny "z' } })).toBe(
      'data[bad], line 2: the quote " that begins here does not end',
    );
  });
});

describe("says what is wrong with", () => {
  test.each<[string, string, string]>([
    ["a block without an end", ".:53 {\nerrors\nlog", "line 1: the block that begins here does not end"],
    [
      "a plugin's block without an end",
      ". {\nlog {\nclass all\n}",
      "line 1: the block that begins here does not end",
    ],
    ["an end without a block", ". {\nlog\n}\n}", "line 4: a closing brace has no opening one"],
    ["a block without a zone", "{\nlog\n}", "line 1: a block has no zone"],
    ["a brace on its own line", ". {\nlog\n{\nclass all\n}\n}", "line 3: a brace begins a line"],
    ["a brace without a space", ".:53{\nlog\n}", 'line 1: ".:53{" ends in a brace'],
    ["a comma without a zone", "a.org, {\nlog\n}", "line 1: another zone must follow the comma"],
    ["a quote without an end", '. {\nx "a\n}', 'line 2: the quote " that begins here does not end'],
    ["an import of nothing", ". {\nimport\n}", "line 2: an import names nothing"],
    [
      "an import of what is not there",
      ". {\nimport x\n}",
      'line 2: "x" is neither a snippet nor a file beside the Corefile',
    ],
    ["an import of itself", "(a) {\nimport a\n}\n. {\nimport a\n}", 'line 2: importing "a" has no end'],
    [
      "an import with two wildcards",
      ". {\nimport */*.x\n}",
      "line 2: the pattern */*.x has more than one wildcard",
    ],
    [
      "an import of a file with arguments",
      ". {\nimport x y\n}",
      'line 2: an import of files takes one argument, and "x" is no snippet',
    ],
    ["a snippet without a block", "(a)\nlog", "line 1: the snippet (a) has no block"],
    ["a snippet that is there", "(a) {\n}\n(a) {\n}", "line 3: the snippet (a) stands here a second time"],
  ])("%s", (_, text, expected) => expect(told(text)).toBe(`data[Corefile], ${expected}`));
});
