import ipaddr from "ipaddr.js";
import { type AclRule, canonicalJson, type PluginConfig } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { namedFile, type PluginContext, type PluginReader } from "../plugin.ts";
import type { Statement, Word } from "../syntax.ts";
import { oneOf, typeOf } from "../values.ts";
import { zonesOf } from "../zones.ts";

const SECTIONS = ["type", "net", "file"] as const;

/**
 * An `allow` ends the search in those behind it as well, so those of the same zones are one list.
 */
export const readAcl: PluginReader = (statements, context) => {
  const byZones = new Map<string, PluginConfig<"acl">>();
  for (const statement of statements) {
    const zones = zonesOf(statement.args, context.zones);
    const key = canonicalJson(zones);
    const rules = (statement.block ?? []).map((line) => ruleOf(line, context));
    byZones.set(key, { plugin: "acl", zones, rules: [...(byZones.get(key)?.rules ?? []), ...rules] });
  }
  return [...byZones.values()].map((plugin) => ({ plugin }));
};

function ruleOf(line: Statement, context: PluginContext): AclRule {
  const word = { ...line, text: line.text.toLowerCase() };
  const action = oneOf(word, "the action", ["allow", "block", "filter", "drop"]);
  const types: number[] = [];
  const sources: string[] = [];
  let anyType = false;
  let anySource = false;
  for (const { section, words } of sectionsOf(line)) {
    for (const value of words) {
      if (section === "file") for (const range of rangesOfFile(value, context)) sources.push(range);
      else if (section === "net") {
        if (value.text === "*") anySource = true;
        else sources.push(rangeOf(value));
      } else if (value.text === "*") anyType = true;
      else types.push(typeOf(value));
    }
  }
  return { action, types: anyType ? [] : types, sources: anySource ? [] : sources };
}

/** `type A AAAA net 10.0.0.0/8`: a word that names a section begins it. */
function sectionsOf({ args }: Statement): { section: (typeof SECTIONS)[number]; words: readonly Word[] }[] {
  const sections: { section: (typeof SECTIONS)[number]; at: Word; words: Word[] }[] = [];
  for (const word of args) {
    const name = SECTIONS.find((section) => section === word.text.toLowerCase());
    const last = sections.at(-1);
    if (name !== undefined) sections.push({ section: name, at: word, words: [] });
    else if (last !== undefined) last.words.push(word);
    else {
      throw new CorefileError(
        word.place,
        `"${word.text}" begins no part of a rule`,
        "Write type, net or file before it.",
      );
    }
  }
  const empty = sections.find(({ words }) => words.length === 0);
  if (empty === undefined) return sections;
  throw new CorefileError(empty.at.place, `${empty.section} says nothing`, "Write what it is about, or `*`.");
}

function rangeOf({ text, place }: Word): string {
  if (ipaddr.isValidCIDR(text)) return text;
  if (ipaddr.isValid(text)) return `${text}/${text.includes(":") ? 128 : 32}`;
  throw new CorefileError(place, `"${text}" is no address range`, "Write one, as in 10.0.0.0/8.");
}

function rangesOfFile(name: Word, context: PluginContext): string[] {
  const file = namedFile(name, context);
  if (file === undefined) {
    throw new CorefileError(
      name.place,
      `there is no file ${name.text} beside the Corefile`,
      "Write its text under a key of that name in the ConfigMap, or its ranges here.",
    );
  }
  return file.text.split("\n").flatMap((line, index) => {
    const text = line.replace(/#.*/, "").trim();
    return text === "" ? [] : [rangeOf({ text, place: { file, line: index + 1 } })];
  });
}
