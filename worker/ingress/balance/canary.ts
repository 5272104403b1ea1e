/** Which requests of a route go to its canary (ingress-nginx `canary-*`): by header, then by cookie, then by weight. */
import { Expression } from "../../../contract/expression.ts";
import type { Canary } from "../../../contract/index.ts";
import type { Exchange } from "../filters/filter.ts";
import { cookieOf } from "../variables.ts";
import { Rotation } from "./rotation.ts";

export type TakesCanary = (exchange: Pick<Exchange, "request">) => boolean;

export function canaryRule(canary: Canary, random: () => number): TakesCanary {
  const byHeader = headerRule(canary.header);
  const { cookie, weight, total } = canary;
  const rotation = new Rotation(random);
  return ({ request: { headers } }) =>
    byHeader(headers) ??
    (cookie === undefined ? undefined : alwaysOrNever(cookieOf(headers, cookie))) ??
    rotation.draw() * total < weight;
}

/** `undefined` where the header decides nothing. */
function headerRule(header: Canary["header"]): (headers: Headers) => boolean | undefined {
  if (header === undefined) return () => undefined;
  const { name, value, pattern } = header;
  // With a value or a pattern, `always` and `never` are values like others, and what does not fit decides nothing.
  if (value !== undefined) return (headers) => headers.get(name) === value || undefined;
  if (pattern === undefined) return (headers) => alwaysOrNever(headers.get(name));
  const expression = new Expression(pattern, { ignoreCase: false, atStart: false });
  return (headers) => {
    const found = headers.get(name);
    return (found !== null && expression.test(found)) || undefined;
  };
}

function alwaysOrNever(text: string | null | undefined): boolean | undefined {
  if (text === "always") return true;
  return text === "never" ? false : undefined;
}
