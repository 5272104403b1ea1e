import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswerTemplate, TemplateError } from "../../contract/answer-template.ts";

describe("answer templates", () => {
  it("are text and actions", () => {
    expect(parseAnswerTemplate("a {{ .Group.x }}.{{index .Match 1}}")).toEqual([
      { kind: "text", text: "a " },
      { kind: "action", value: { kind: "field", path: ["Group", "x"], args: [] } },
      { kind: "text", text: "." },
      {
        kind: "action",
        value: {
          kind: "call",
          name: "index",
          args: [
            { kind: "field", path: ["Match"], args: [] },
            { kind: "literal", value: 1 },
          ],
        },
      },
    ]);
  });

  it.each([
    "{{ .Message }}",
    "{{ .Question.Other }}",
    "{{ .Name.x }}",
    "{{ .Group.a.b }}",
    "{{ $x }}",
    "{{ range .Match }}{{ end }}",
    "{{ with .Name }}{{ end }}",
    '{{ define "x" }}{{ end }}',
    "{{ urlquery .Name }}",
    "{{ .Name",
    "{{ }} {{ ( .Name }}",
    "{{ if .Name }}",
    "{{ if .Name }}{{ else }}",
    "{{ end }}",
    "{{ else }}",
    "{{ .Name .Name }}",
    "{{ .Name | .Zone }}",
    '{{ "a }}',
    '{{ "\\q" }}',
    "{{ | }}",
    "{{ index }} {{ 1.5 }}",
    "{{ toString }}",
    "{{ .constructor }}",
  ])("%s is refused", (text) => {
    expect(() => parseAnswerTemplate(text)).toThrow(TemplateError);
  });

  it("are refused with that one error, whatever they are", () => {
    const part = fc.constantFrom(
      "{{",
      "}}",
      " ",
      "-",
      ".Name",
      "if",
      "else",
      "end",
      '"',
      "`",
      "|",
      "(",
      ")",
      "index",
      "1",
      "a",
      "/*",
      "*/",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        try {
          parseAnswerTemplate(parts.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
