import type { RewriteRule } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import type { PluginContext, PluginReader } from "../plugin.ts";
import type { Statement, Word } from "../syntax.ts";
import { integer, rcode, rrclass, typeOf } from "../values.ts";
import { aliasMatch, nameMatch, nameRule } from "./rewrite-name.ts";

type Rule = RewriteRule["rule"];

export const readRewrite: PluginReader = (statements, context) => {
  const rules = statements.flatMap((statement) => ruleOf(statement, context));
  return rules.length === 0 ? [] : [{ plugin: { plugin: "rewrite", rules } }];
};

/** A block is the rule as well, its lines one after the other; CoreDNS reads it where at most one word stands before it. */
function wordsOf(statement: Statement): Word[] {
  if (statement.args.length > 1) return [...statement.args];
  return [...statement.args, ...(statement.block ?? []).flatMap((line) => [[line], line.args].flat())];
}

function ruleOf(statement: Statement, context: PluginContext): RewriteRule[] {
  const [first, ...rest] = wordsOf(statement);
  const mode = first?.text.toLowerCase();
  const isMode = mode === "continue" || mode === "stop";
  const field = isMode ? rest[0] : first;
  const args = isMode ? rest.slice(1) : rest;
  if (field === undefined) {
    throw new CorefileError(
      statement.place,
      "rewrite has no rule",
      "Write one, as in `rewrite name a.test b.test`.",
    );
  }
  const rule = readRule(field, args, context);
  return rule === undefined ? [] : [{ continues: mode === "continue", rule }];
}

function readRule(field: Word, args: readonly Word[], context: PluginContext): Rule | undefined {
  switch (field.text.toLowerCase()) {
    case "name":
      return nameRule(field, args, context);
    case "type": {
      const [from, to] = pair(field, args);
      return { kind: "type", from: typeOf(from), to: typeOf(to) };
    }
    case "class": {
      const [from, to] = pair(field, args);
      return { kind: "class", from: classOf(from), to: classOf(to) };
    }
    case "ttl": {
      const { match, rest } = nameMatch(field, args, 1);
      const [value] = rest;
      return { kind: "ttl", match, ...ttlRange(value ?? field) };
    }
    case "rcode": {
      const { match, rest } = nameMatch(field, args, 2);
      const [from, to] = rest;
      return { kind: "rcode", match, from: rcode(from ?? field), to: rcode(to ?? field) };
    }
    case "cname":
      return { kind: "cname", match: aliasMatch(field, args) };
    case "edns0":
      context.ignored(
        field,
        `\`rewrite ${field.text}\` is not served; the rule is left out.`,
        "Nothing, unless upstream resolvers need the option.",
      );
      return undefined;
    default:
      throw new CorefileError(
        field.place,
        `"${field.text}" is nothing that is rewritten`,
        "Write name, type, class, ttl, rcode or cname.",
      );
  }
}

function pair(field: Word, args: readonly Word[]): readonly [Word, Word] {
  const [from, to, more] = args;
  if (from !== undefined && to !== undefined && more === undefined) return [from, to];
  throw new CorefileError(
    field.place,
    `a rule for ${field.text} takes two arguments`,
    "Write from what, and to what.",
  );
}

function classOf({ text, place }: Word): number {
  const number = rrclass(text);
  if (number !== undefined) return number;
  throw new CorefileError(place, `"${text}" is no class`, "Write IN, CH or HS.");
}

const MAX_TTL = 0x7fffffff;

/** `30`, `30-300`, `30-` or `-300`. */
function ttlRange({ text, place }: Word): { minTtl: number; maxTtl: number } {
  const [, low = "", dash, high = ""] = /^(\d*)(-?)(\d*)$/.exec(text) ?? [];
  const number = (digits: string) => integer({ text: digits, place }, "the TTL", 0, MAX_TTL);
  if (dash === "" && low !== "") return { minTtl: number(low), maxTtl: number(low) };
  if (dash === "-" && (low !== "" || high !== "")) {
    const minTtl = low === "" ? 0 : number(low);
    const maxTtl = high === "" ? MAX_TTL : number(high);
    if (minTtl <= maxTtl) return { minTtl, maxTtl };
  }
  throw new CorefileError(place, `"${text}" is no TTL`, "Write seconds, or a range as in 30-300.");
}
