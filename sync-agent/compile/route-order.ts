import type { Route } from "../../contract/index.ts";
import { compareText } from "./text-order.ts";

/**
 * Matching order; the first match is the right one. Exact before prefixes, longer before shorter, then by text. Regular
 * expressions, which have a host for themselves: longer before shorter, then the later by text (ingress-nginx).
 */
export function compareRoutes(a: Route, b: Route): number {
  const [pathA, pathB] = [a.match.path, b.match.path];
  if (pathA.type !== pathB.type) return pathA.type === "Exact" ? -1 : 1;
  const byText = compareText(pathA.value, pathB.value);
  return pathB.value.length - pathA.value.length || (pathA.type === "RegularExpression" ? -byText : byText);
}
