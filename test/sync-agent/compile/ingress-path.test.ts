import { describe, expect, it } from "vitest";
import type { IngressPath } from "../../../sync-agent/cluster/state.ts";
import { readPath } from "../../../sync-agent/compile/ingress-path.ts";
import { backend } from "./support/objects.ts";

const read = (pathType: IngressPath["pathType"], path: string) => {
  const reading = readPath({ path, pathType, backend: backend("web:80") });
  return "problem" in reading ? reading.problem : `${reading.match.path.type} ${reading.match.path.value}`;
};

describe("readPath", () => {
  it.each([
    ["Exact", "/", "Exact /"],
    ["Exact", "/cart", "Exact /cart"],
    ["Exact", "/cart/", "Exact /cart/"],
    ["Prefix", "/", "PathPrefix /"],
    ["Prefix", "/cart", "PathPrefix /cart"],
    ["Prefix", "/cart/", "PathPrefix /cart"],
    ["Prefix", "/cart/items/", "PathPrefix /cart/items"],
    ["Prefix", "/.well-known/x", "PathPrefix /.well-known/x"],
    ["ImplementationSpecific", "", "PathPrefix /"],
    ["ImplementationSpecific", "/", "PathPrefix /"],
    ["ImplementationSpecific", "/cart/", "PathPrefix /cart"],
    ["ImplementationSpecific", "/cart//", "PathPrefix /cart"],
    ["ImplementationSpecific", "/cart(/|$)(.*)", "PathPrefix /cart(/|$)(.*)"],
    ["Exact", "", "does not begin with a slash"],
    ["Prefix", "", "does not begin with a slash"],
    ["Prefix", "cart", "does not begin with a slash"],
    ["ImplementationSpecific", "cart", "does not begin with a slash"],
  ] as const)("%s %j: %s", (pathType, path, expected) => {
    expect(read(pathType, path)).toBe(expected);
  });
});
