/** Rules about names. As CoreDNS keeps them, names that are compared are in lower case and end in a dot. */
import type { NameRewrite, RewriteRule } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { requireExpression } from "../expressions.ts";
import { dotted } from "../names.ts";
import type { PluginContext } from "../plugin.ts";
import type { Word } from "../syntax.ts";

type NameRule = Extract<RewriteRule["rule"], { kind: "name" }>;
type AnswerRules = Exclude<NameRule["answer"], "auto">;

const MATCHES = ["exact", "prefix", "suffix", "substring", "regex"] as const;

/** @param field the word `name` */
export function nameRule(field: Word, args: readonly Word[], context: PluginContext): NameRule {
  const { match, rest } = replacement(field, args);
  return { kind: "name", match, answer: answerOf(match.by, rest, context) };
}

/** Where aliases of answers lead, and where they are to lead. @param field the word `cname` */
export function aliasMatch(field: Word, args: readonly Word[]): NameRewrite {
  const { match, rest } = replacement(field, args);
  const [more] = rest;
  if (more === undefined) return match;
  throw new CorefileError(more.place, `"${more.text}" means nothing behind the names`, "Remove it.");
}

/** `[exact|prefix|…] FROM TO`, and the words behind it. */
function replacement(
  field: Word,
  args: readonly Word[],
): { readonly match: NameRewrite; readonly rest: readonly Word[] } {
  const [first, second] = args;
  if (first === undefined || second === undefined) throw tooFew(field);
  const by = args.length === 2 ? "exact" : matchOf(first);
  const [from, to, ...rest] = args.length === 2 ? args : args.slice(1);
  if (from === undefined || to === undefined) throw tooFew(field);
  if (by === "regex") requireGroups(from, to);
  return { match: { by, from: by === "regex" ? from.text : dotted(from.text), to: dotted(to.text) }, rest };
}

/**
 * Which names a rule for something else is about: `[exact|prefix|…] NAME`, and the words behind it.
 *
 * @param count how many words are behind it
 */
export function nameMatch(
  field: Word,
  args: readonly Word[],
  count: number,
): { match: NameRewrite; rest: readonly Word[] } {
  const [first, second] = args;
  const isBare = args.length === count + 1;
  const from = isBare ? first : second;
  if (first === undefined || from === undefined || (!isBare && args.length !== count + 2)) {
    throw new CorefileError(
      field.place,
      `a rule for ${field.text} takes a name and ${count === 1 ? "a value" : `${count} values`}`,
      `Write them, as in \`rewrite ${field.text} suffix .example.org ${count === 1 ? "30" : "SERVFAIL NOERROR"}\`.`,
    );
  }
  const by = isBare ? "exact" : matchOf(first);
  if (by === "regex") requireExpression(from, from.text);
  const text = by === "regex" ? from.text : dotted(from.text);
  return { match: { by, from: text, to: text }, rest: args.slice(isBare ? 1 : 2) };
}

function matchOf({ text, place }: Word): (typeof MATCHES)[number] {
  const found = MATCHES.find((match) => match === text.toLowerCase());
  if (found !== undefined) return found;
  throw new CorefileError(place, `"${text}" is no way to match names`, `Write one of ${MATCHES.join(", ")}.`);
}

/** `answer auto`, `answer name FROM TO`, `answer value FROM TO`, in a row; `answer` may be left out behind the first. */
function answerOf(
  by: NameRewrite["by"],
  options: readonly Word[],
  context: PluginContext,
): NameRule["answer"] {
  const rules: AnswerRules = [];
  // Answers to exact rules are always put back.
  let auto = by === "exact";
  let explicit: Word | undefined;
  for (let at = 0; at < options.length;) {
    const word = options[at];
    const isAnswer = word?.text === "answer";
    if (at === 0 && !isAnswer && word !== undefined) {
      throw new CorefileError(
        word.place,
        `"${word.text}" stands behind the rule`,
        "Write `answer` before it, or take it away.",
      );
    }
    const on = options[at + (isAnswer ? 1 : 0)];
    at += isAnswer ? 2 : 1;
    if (on?.text === "auto") {
      auto = true;
      continue;
    }
    const from = options[at];
    const to = options[at + 1];
    if ((on?.text !== "name" && on?.text !== "value") || from === undefined || to === undefined) {
      const { place } = on ?? word ?? options[0] ?? { place: undefined };
      if (place === undefined) break;
      throw new CorefileError(
        place,
        "the rule for answers is not whole",
        "Write `answer auto`, `answer name FROM TO` or `answer value FROM TO`.",
      );
    }
    requireGroups(from, to);
    rules.push({ on: on.text, from: from.text, to: dotted(to.text) });
    explicit = on;
    at += 2;
  }
  // With an exact name they are put back whatever else is done.
  if (!auto || (by === "exact" && rules.length > 0)) return rules;
  if (explicit !== undefined) {
    context.ignored(
      explicit,
      "A rule for answers beside `answer auto` is not followed.",
      "Write the rule with `regex` and `answer` rules alone.",
    );
  }
  return "auto";
}

/** CoreDNS refuses groups that the expression has not. */
function requireGroups(from: Word, to: Word): void {
  const { groups } = requireExpression(from, from.text);
  const used = [...to.text.matchAll(/\{(\d{1,3})\}/g)].map(([, digits]) => Number(digits));
  const missing = used.find((group) => group > groups && group <= 100);
  if (missing === undefined) return;
  throw new CorefileError(
    to.place,
    `{${missing}} stands for a group that ${from.text} does not have`,
    "Write the group in parentheses, or another number.",
  );
}

function tooFew({ place }: Word): CorefileError {
  return new CorefileError(
    place,
    "a rule for names takes two names",
    "Write them, as in `rewrite name exact old.test new.test`.",
  );
}
