import { BadValue } from "./annotation.ts";
import { line } from "./values.ts";

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"';]+))(?=\s|;|$)/y;

/**
 * The words of an nginx directive: between white space, or in quotes, where a backslash makes the next character plain.
 * What ends the directive, a semicolon outside of quotes, may stand at the end alone.
 *
 * @throws BadValue
 */
export function words(text: string): string[] {
  const directive = line(text).replace(/;$/, "").trimEnd();
  const found: string[] = [];
  let end = 0;
  while (end < directive.length) {
    WORD.lastIndex = end;
    const match = WORD.exec(directive);
    if (match === null) {
      throw new BadValue("cannot be read as words", "Put words that hold spaces or semicolons in quotes.");
    }
    const [whole, double, single, plain] = match;
    const quoted = double ?? single;
    found.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll(/\\(.)/g, "$1"));
    end += whole.length;
  }
  return found;
}
