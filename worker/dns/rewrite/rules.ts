/** From a rewrite rule's configuration to what it does to queries and answers (CoreDNS rewrite plugin). */
import type { RewriteRule } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import type { Resolution } from "../resolver.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { Question } from "../wire/record.ts";
import { aliasRewrite, type Lookup } from "./alias-rewrite.ts";
import {
  dotted,
  expressionRewriter,
  type NameRewriter,
  nameRewriter,
  remapper,
  suffixRewriter,
} from "./name-rewriter.ts";
import { ownerRewrite, type RecordRewrite, ttlRewrite, valueRewrite } from "./record-rewrite.ts";

/** What is done to an answer. */
export type AnswerRewrite = (resolution: Resolution, lookup: Lookup) => MaybePromise<Resolution>;

/** What a rule that matched makes of a question. */
export interface Rewritten {
  readonly question: Question;
  readonly answer: readonly AnswerRewrite[];
}

export interface Rule {
  readonly continues: boolean;
  /**
   * @param name of the question, as lower-case text
   * @returns `undefined` where it does not match
   * @throws DnsFormatError where the name becomes none
   */
  readonly rewrite: (question: Question, name: string) => Rewritten | undefined;
}

/** @throws ExpressionError */
export function rewriteRule({ continues, rule }: RewriteRule): Rule {
  return { continues, rewrite: rewriteOf(rule) };
}

function rewriteOf(rule: RewriteRule["rule"]): Rule["rewrite"] {
  switch (rule.kind) {
    case "name":
      return nameRule(rule);
    case "type":
      return (question) =>
        question.type === rule.from ? { question: { ...question, type: rule.to }, answer: [] } : undefined;
    case "class":
      return (question) =>
        question.class === rule.from ? { question: { ...question, class: rule.to }, answer: [] } : undefined;
    case "ttl": {
      const matches = nameRewriter(rule.match);
      const answer = [everyRecord(ttlRewrite(rule.minTtl, rule.maxTtl))];
      return (question, name) => (matches(name) === undefined ? undefined : { question, answer });
    }
    case "rcode": {
      const matches = nameRewriter(rule.match);
      const answer = [responseCode(rule.from, rule.to)];
      return (question, name) => (matches(name) === undefined ? undefined : { question, answer });
    }
    case "cname": {
      const rewriter = nameRewriter(rule.match);
      return (question) => ({ question, answer: [aliasRewrite(rewriter)] });
    }
  }
}

function nameRule({ match, answer }: Extract<RewriteRule["rule"], { kind: "name" }>): Rule["rewrite"] {
  const rewriter = nameRewriter(match);
  const fixed: AnswerRewrite[] = [];
  const isAuto = answer === "auto" || match.by === "exact";
  // A suffix is put back in all names that end in what it became.
  const isFixed = isAuto && match.by === "suffix";
  if (isFixed) fixed.push(...putBack(suffixRewriter(dotted(match.to), dotted(match.from))));
  if (answer !== "auto") {
    for (const { on, from, to } of answer) {
      const rewriter = expressionRewriter(from, to);
      fixed.push(everyRecord(on === "name" ? ownerRewrite(rewriter) : valueRewrite(rewriter)));
    }
  }
  return (question, name) => {
    const text = rewriter(name);
    if (text === undefined) return undefined;
    const to = nameFromText(text);
    const back = isAuto && !isFixed ? putBack(remapper(dotted(text), name)) : [];
    return { question: { ...question, name: to }, answer: [...back, ...fixed] };
  };
}

function putBack(rewriter: NameRewriter): AnswerRewrite[] {
  return [everyRecord(ownerRewrite(rewriter)), everyRecord(valueRewrite(rewriter))];
}

function everyRecord(rewrite: RecordRewrite): AnswerRewrite {
  return (resolution) => ({
    ...resolution,
    answers: resolution.answers.map(rewrite),
    authorities: resolution.authorities.map(rewrite),
    additionals: resolution.additionals.map(rewrite),
  });
}

function responseCode(from: number, to: number): AnswerRewrite {
  return (resolution) => (resolution.rcode === from ? { ...resolution, rcode: to } : resolution);
}
