import type { Route } from "../../contract/index.ts";
import { compareText } from "./text-order.ts";

/** Matching order: Exact before prefixes, longer before shorter, then by text. The first match is the right one. */
export function compareRoutes(a: Route, b: Route): number {
  const [pathA, pathB] = [a.match.path, b.match.path];
  if (pathA.type !== pathB.type) return pathA.type === "Exact" ? -1 : 1;
  return pathB.value.length - pathA.value.length || compareText(pathA.value, pathB.value);
}
