/** What stands for something else inside a word: variables of the environment, and arguments of an import. */
import { CorefileError } from "./error.ts";
import type { Token } from "./lexer.ts";
import type { CorefileSource } from "./source.ts";

const VARIABLE = /\{\$([^{}]+)\}|\{%([^{}%]+)%\}/g;
const ARGUMENT = /\{args(?:\.(\d{1,3})|\[(\d{1,3})\])\}/g;

/** @throws CorefileError for a variable that the agent is not given. */
export function replaceVariables(token: Token, { environment }: CorefileSource): Token {
  if (!token.text.includes("{")) return token;
  const text = token.text.replaceAll(VARIABLE, (_, unix: string | undefined, windows: string | undefined) => {
    const name = unix ?? windows ?? "";
    const value = environment.get(name);
    if (value !== undefined) return value;
    throw new CorefileError(
      token.place,
      `the variable ${name} is not known to the agent`,
      `Name it in \`--corefile-env ${name}\`, with its value in the agent's environment; or write the value here.`,
    );
  });
  return text === token.text ? token : { ...token, text };
}

/** `{args.0}` and `{args[0]}`: words behind the name of a snippet that is imported. */
export function replaceArguments(tokens: readonly Token[], args: readonly string[]): readonly Token[] {
  if (args.length === 0) return tokens;
  return tokens.map((token) => ({
    ...token,
    text: token.text.replaceAll(
      ARGUMENT,
      (whole: string, dotted?: string, indexed?: string) => args[Number(dotted ?? indexed)] ?? whole,
    ),
  }));
}
