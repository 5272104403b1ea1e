/** Asks the plugins behind it other questions than were asked, and changes what they answer (CoreDNS rewrite). */
import type { PluginConfig } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { failure, refuse } from "../refuse.ts";
import { isInZones, type Plugin, type Query, type Resolution, type Resolver } from "../resolver.ts";
import { CLASS } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { nameToText } from "../wire/name-text.ts";
import type { Question } from "../wire/record.ts";
import type { Lookup } from "./alias-rewrite.ts";
import { type AnswerRewrite, type Rule, rewriteRule } from "./rules.ts";

/**
 * @param platform resolves what aliases are rewritten to
 * @throws ExpressionError
 */
export function rewrite(config: PluginConfig<"rewrite">, platform: { readonly resolve: Resolver }): Plugin {
  const rules = config.rules.map(rewriteRule);
  return (query, next) => {
    const rewritten = applied(rules, query.question);
    if (rewritten === undefined) return next(query);
    if ("rcode" in rewritten) return rewritten;
    const { question, answer } = rewritten;
    // A view that does not hold the name that is meant does not get at it by another one.
    if (!isInZones(query.visible, question.name)) return refuse(query);
    if (answer.length === 0) return next({ ...query, question });
    const asked: Query = { ...query, question };
    return andThen(next(asked), (resolution) =>
      undone(resolution, answer, lookupFor(asked, platform.resolve)),
    );
  };
}

/** `undefined` where no rule matches; a failure where a name becomes none. */
function applied(
  rules: readonly Rule[],
  asked: Question,
): { readonly question: Question; readonly answer: readonly AnswerRewrite[] } | Resolution | undefined {
  let question = asked;
  let name = nameToText(asked.name).toLowerCase();
  let answer: AnswerRewrite[] | undefined;
  for (const rule of rules) {
    try {
      const rewritten = rule.rewrite(question, name);
      if (rewritten === undefined) continue;
      if (rewritten.question !== question) name = nameToText(rewritten.question.name).toLowerCase();
      question = rewritten.question;
      answer = [...(answer ?? []), ...rewritten.answer];
    } catch (error) {
      if (error instanceof DnsFormatError) return failure(`a rewritten name is none: ${error.message}`);
      throw error;
    }
    if (!rule.continues) break;
  }
  return answer && { question, answer };
}

/** From the last rule to the first, as each one saw what the one before had made. */
function undone(
  resolution: Resolution,
  answer: readonly AnswerRewrite[],
  lookup: Lookup,
): MaybePromise<Resolution> {
  return answer.reduceRight<MaybePromise<Resolution>>(
    (pending, rewrite) => andThen(pending, (resolution) => rewrite(resolution, lookup)),
    resolution,
  );
}

function lookupFor(query: Query, resolve: Resolver): Lookup {
  return (name) =>
    andThen(
      resolve({
        ...query,
        question: { name, type: query.question.type, class: CLASS.IN },
        depth: query.depth + 1,
      }),
      ({ answers }) => answers,
    );
}
