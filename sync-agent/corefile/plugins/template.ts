import { parseAnswerTemplate, TemplateError, type TemplateRule } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { requireExpression } from "../expressions.ts";
import { type PluginContext, type PluginReader, unknownOption } from "../plugin.ts";
import type { Statement, Word } from "../syntax.ts";
import { integer, rcode, rrclass, typeOf } from "../values.ts";
import { fallthroughOf, zonesOf } from "../zones.ts";

const IN = 1;
const ANY = 255;

export const readTemplate: PluginReader = (statements, context) => {
  const rules = statements.flatMap((statement) => ruleOf(statement, context));
  return rules.length === 0 ? [] : [{ plugin: { plugin: "template", rules } }];
};

function ruleOf(statement: Statement, context: PluginContext): TemplateRule[] {
  const [classWord, typeWord, ...zones] = statement.args;
  if (classWord === undefined || typeWord === undefined) {
    throw new CorefileError(
      statement.place,
      "template says no class and type",
      "Write them, as in `template IN A example.org`.",
    );
  }
  const number = rrclass(classWord.text);
  if (number === undefined) {
    throw new CorefileError(classWord.place, `"${classWord.text}" is no class`, "Write IN or ANY.");
  }
  const type = typeOf(typeWord);
  let rule: TemplateRule = {
    zones: zonesOf(zones, context.zones),
    ...(type !== ANY && { type }),
    match: [],
    answer: [],
    authority: [],
    additional: [],
    rcode: 0,
  };
  for (const option of statement.block ?? []) rule = withOption(rule, option, context);
  if (rule.match.length === 0) rule = { ...rule, match: [".*"] };
  if (rule.answer.length === 0 && rule.authority.length === 0 && rule.rcode === 0 && rule.ede === undefined) {
    throw new CorefileError(
      statement.place,
      "template answers nothing",
      "Write an answer, an authority, or an rcode other than NOERROR.",
    );
  }
  if (number === IN || number === ANY) return [rule];
  context.note(
    classWord,
    `Questions of class ${classWord.text} are not answered, so the template has no effect.`,
  );
  return [];
}

function withOption(rule: TemplateRule, option: Statement, context: PluginContext): TemplateRule {
  switch (option.text) {
    case "match": {
      for (const word of texts(option)) requireExpression(word, word.text);
      return { ...rule, match: [...rule.match, ...option.args.map(({ text }) => text)] };
    }
    case "answer":
      return { ...rule, answer: [...rule.answer, ...templates(option)] };
    case "authority":
      return { ...rule, authority: [...rule.authority, ...templates(option)] };
    case "additional":
      return { ...rule, additional: [...rule.additional, ...templates(option)] };
    case "rcode":
      return { ...rule, rcode: rcode(texts(option)[0]) };
    case "ederror": {
      const [code, ...reason] = texts(option);
      const number = integer(code, "the extended error", 0, 65_535);
      return { ...rule, ede: { code: number, reason: reason.map(({ text }) => text).join(" ") } };
    }
    case "fallthrough":
      return { ...rule, fallthrough: fallthroughOf(option.args) };
    case "upstream":
      context.note(option, "`upstream` does nothing.");
      return rule;
    default:
      unknownOption(option, "template", context);
      return rule;
  }
}

function texts(option: Statement): readonly [Word, ...Word[]] {
  const [first, ...rest] = option.args;
  if (first !== undefined) return [first, ...rest];
  throw new CorefileError(option.place, `${option.text} says nothing`, "Write what it is, in quotes.");
}

function templates(option: Statement): string[] {
  return texts(option).map(({ text, place }) => {
    try {
      parseAnswerTemplate(text);
      return text;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new CorefileError(place, `"${text}" ${error.message}`, error.remedy);
    }
  });
}
