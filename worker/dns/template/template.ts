/** Answers that are made from the question's name (CoreDNS template plugin). */
import { parseAnswerTemplate, type TemplateNode } from "../../../contract/answer-template.ts";
import { Expression } from "../../../contract/expression.ts";
import type { PluginConfig, TemplateRule } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { aliasDepth } from "../alias-depth.ts";
import { all, andThen } from "../maybe-promise.ts";
import { failure } from "../refuse.ts";
import type { Plugin, Query, Resolution, Resolver } from "../resolver.ts";
import { CLASS, RCODE, TYPE } from "../wire/codes.ts";
import { typeText } from "../wire/record-text.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { nameToText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";
import { fallthroughOf, Zones } from "../zones.ts";
import { recordFromText } from "./record-text.ts";
import { render, RenderError, type TemplateData } from "./render.ts";

interface Rule {
  readonly config: TemplateRule;
  readonly zones: Zones;
  readonly fallthrough: Zones;
  readonly match: readonly { readonly source: string; readonly expression: Expression }[];
  readonly answer: readonly (readonly TemplateNode[])[];
  readonly authority: readonly (readonly TemplateNode[])[];
  readonly additional: readonly (readonly TemplateNode[])[];
}

/**
 * @param platform resolves the targets of aliases
 * @throws ExpressionError
 * @throws TemplateError
 */
export function template(config: PluginConfig<"template">, platform: { readonly resolve: Resolver }): Plugin {
  const rules = config.rules.map(readRule);
  return (query, next) => {
    const { name, type } = query.question;
    let text: string | undefined;
    for (const rule of rules) {
      const zone = rule.zones.match(name)?.zone;
      if (zone === undefined || !isOfType(rule.config, type)) continue;
      text ??= nameToText(name).toLowerCase();
      const data = dataOf(rule, query, nameToText(zone), text);
      if (data !== undefined) return answered(rule, data, query, platform.resolve);
      if (!rule.fallthrough.has(name)) return failure("no expression of the template matches");
    }
    return next(query);
  };
}

function readRule(config: TemplateRule): Rule {
  return {
    config,
    zones: new Zones(config.zones),
    fallthrough: fallthroughOf(config.fallthrough),
    match: config.match.map((source) => ({
      source,
      expression: new Expression(source, { ignoreCase: false, atStart: false }),
    })),
    answer: config.answer.map(parseAnswerTemplate),
    authority: config.authority.map(parseAnswerTemplate),
    additional: config.additional.map(parseAnswerTemplate),
  };
}

function isOfType({ type }: TemplateRule, asked: number): boolean {
  return type === undefined || type === TYPE.ANY || asked === TYPE.ANY || asked === type;
}

/** `undefined` where no expression matches the name. */
function dataOf(
  { config, match }: Rule,
  { question, client }: Query,
  zone: string,
  name: string,
): TemplateData | undefined {
  const matched = match.length === 0 ? { source: ".*", groups: [name], names: {} } : firstMatch(match, name);
  if (matched === undefined) return undefined;
  const groups = new Map(matched.groups.map((group, index) => [String(index), group]));
  for (const [name, index] of Object.entries(matched.names)) groups.set(name, matched.groups[index] ?? "");
  const { type, class: qclass } = question;
  return {
    Zone: zone,
    Name: name,
    Regex: matched.source,
    Type: type === TYPE.ANY && config.type !== undefined ? typeText(config.type) : typeText(type),
    Class: qclass === CLASS.IN ? "IN" : `CLASS${qclass}`,
    Remote: client.address,
    Match: matched.groups,
    Group: groups,
    Question: { Name: nameToText(question.name), Qtype: type, Qclass: qclass },
  };
}

function firstMatch(match: Rule["match"], name: string) {
  for (const { source, expression } of match) {
    const groups = expression.groups(name);
    if (groups !== undefined) {
      return { source, groups: groups.map((group) => group ?? ""), names: expression.groupNames };
    }
  }
  return undefined;
}

function answered(rule: Rule, data: TemplateData, query: Query, resolve: Resolver): MaybePromise<Resolution> {
  const { rcode, ede } = rule.config;
  if (rcode === RCODE.SERVFAIL) return failure("the template says so");
  let sections: Pick<Resolution, "answers" | "authorities" | "additionals">;
  try {
    const records = (templates: Rule["answer"]) =>
      templates.map((template) => recordFromText(render(template, data)));
    sections = {
      answers: records(rule.answer),
      authorities: records(rule.authority),
      additionals: records(rule.additional),
    };
  } catch (error) {
    if (error instanceof DnsFormatError || error instanceof RenderError) {
      return failure(`a template makes no record: ${error.message}`);
    }
    throw error;
  }
  return andThen(followed(sections.answers, query, resolve), (answers) => ({
    ...sections,
    answers,
    rcode,
    authoritative: true,
    extendedError: ede && { code: ede.code, text: ede.reason },
  }));
}

/** Behind every alias, for addresses, what is found where it leads. */
function followed(
  answers: readonly ResourceRecord[],
  query: Query,
  resolve: Resolver,
): MaybePromise<readonly ResourceRecord[]> {
  const { type } = query.question;
  if (type !== TYPE.A && type !== TYPE.AAAA) return answers;
  const aliases = answers.filter((record) => record.type === "CNAME").length;
  if (aliases === 0) return answers;
  const depth = aliasDepth(query.depth, aliases);
  const lists = answers.map((record): MaybePromise<readonly ResourceRecord[]> => {
    if (record.type !== "CNAME") return [record];
    const question = { name: record.target, type, class: CLASS.IN };
    return andThen(resolve({ ...query, question, depth }), (found) => [record, ...found.answers]);
  });
  return andThen(all(lists), (lists) => lists.flat());
}
