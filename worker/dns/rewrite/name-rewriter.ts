import { Expression } from "../../../contract/expression.ts";
import type { NameRewrite } from "../../../contract/index.ts";

/** What a name becomes; `undefined` where the rule does not match. Names are texts with the dot at their end. */
export type NameRewriter = (name: string) => string | undefined;

/**
 * The kinds of matches that CoreDNS knows.
 *
 * @throws ExpressionError
 */
export function nameRewriter({ by, from, to }: NameRewrite): NameRewriter {
  switch (by) {
    case "exact": {
      const exact = dotted(from);
      const replacement = dotted(to);
      return (name) => (name === exact ? replacement : undefined);
    }
    case "prefix":
      return (name) => (name.startsWith(from) ? to + name.slice(from.length) : undefined);
    case "suffix":
      return suffixRewriter(dotted(from), dotted(to));
    case "substring":
      return (name) => (name.includes(from) ? name.replaceAll(from, () => to) : undefined);
    case "regex":
      return expressionRewriter(from, to);
  }
}

export function suffixRewriter(from: string, to: string): NameRewriter {
  return (name) => (name.endsWith(from) ? name.slice(0, name.length - from.length) + to : undefined);
}

/** Undoes a rewrite: the name itself, and in names below it their end. */
export function remapper(from: string, to: string): NameRewriter {
  const below = suffixRewriter(`.${from}`, `.${to}`);
  return (name) => (name === from ? to : below(name));
}

/** The whole name becomes the replacement, with `{1}` for what the first group matched, and so on. */
export function expressionRewriter(from: string, to: string): NameRewriter {
  const expression = new Expression(from, { ignoreCase: false, atStart: false });
  return (name) => {
    const groups = expression.groups(name);
    return (
      groups && to.replaceAll(/\{(\d+)\}/g, (text, index: string) => groupText(groups, Number(index), text))
    );
  };
}

/** A group that took no part is empty; one that there is not stays as it is written. */
function groupText(groups: readonly (string | undefined)[], index: number, written: string): string {
  return index < groups.length ? (groups[index] ?? "") : written;
}

export function dotted(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}
