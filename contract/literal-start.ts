/** What every text that an expression matches at its start begins with: to be looked at before the expression is. */

/** Stand for more than themselves. */
const SPECIAL = /[\\^$.*+?()[\]{}|]/;

/** In lower case; empty where nothing is certain. */
export function literalStart(expression: string): string {
  if (hasAlternatives(expression)) return "";
  let start = "";
  for (let i = 0; i < expression.length; i += 1) {
    const char = expression[i] ?? "";
    const next = expression[i + 1] ?? "";
    // Letters and digits behind a backslash are classes and the like.
    const isEscaped = char === "\\" && SPECIAL.test(next);
    if (!isEscaped && (SPECIAL.test(char) || char > "\u007e")) break;
    const behind = expression[isEscaped ? i + 2 : i + 1] ?? "";
    // It may be absent then.
    if (behind === "*" || behind === "?" || behind === "{") break;
    start += isEscaped ? next : char;
    if (isEscaped) i += 1;
  }
  return start.toLowerCase();
}

/** Whether there is a bar outside of groups and classes. */
function hasAlternatives(expression: string): boolean {
  // Quoted as a whole, brackets mean nothing: no such expression is looked into.
  if (expression.includes("\\Q")) return true;
  const bare = expression.replaceAll(/\\./gsu, "").replaceAll(/\[\^?\]?[^\]]*\]/gu, "");
  let depth = 0;
  for (const char of bare) {
    if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === "|" && depth === 0) return true;
  }
  return false;
}

/**
 * Whether a text begins with what literalStart() gave, letters of either case. Beyond ASCII letters have more forms than
 * two (RE2 takes the Kelvin sign for a k), so a text with such may.
 */
export function mayStartWith(text: string, start: string): boolean {
  for (let i = 0; i < start.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char > 0x7f) return true;
    const lower = char >= 0x41 && char <= 0x5a ? char + 0x20 : char;
    if (lower !== start.charCodeAt(i)) return false;
  }
  return true;
}
