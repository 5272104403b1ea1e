import { describe, expect, it } from "vitest";
import { parseLabelSelector, SelectorError } from "../../../sync-agent/compile/label-selector.ts";
import { selectNamespaces } from "../../../sync-agent/compile/selections.ts";
import { clusterState, metadata } from "./support/objects.ts";

const LABELS = { env: "prod", "example.com/tier": "web", empty: "" };

describe("label selectors", () => {
  it.each([
    ["", true],
    ["env=prod", true],
    ["env==prod", true],
    ["env = prod", true],
    ["env=test", false],
    ["env!=test", true],
    ["env!=prod", false],
    ["missing!=x", true],
    ["missing=x", false],
    ["empty=", true],
    ["env in (test, prod)", true],
    ["env in(prod)", true],
    ["env in (test)", false],
    ["env notin (test)", true],
    ["env notin (prod,test)", false],
    ["missing notin (x)", true],
    ["env", true],
    ["!env", false],
    ["!missing", true],
    ["missing", false],
    ["env in (prod, test),example.com/tier=web,!missing", true],
    ["env in (prod, test),example.com/tier!=web", false],
    ["toString", false],
  ])("%s", (text, matches) => {
    expect(parseLabelSelector(text).matches(LABELS)).toBe(matches);
  });

  it.each(["env>1", "env in prod", "env in (a b)", "=x", "a=b=c", "env=prod,", "in (a)(b)", "-a"])(
    "%s is none",
    (text) => {
      expect(() => parseLabelSelector(text)).toThrow(SelectorError);
    },
  );
});

it("namespaces by labels, their names among them", () => {
  const namespace = (name: string, labels: Record<string, string>) => ({
    metadata: metadata(name, { labels }),
  });
  const state = clusterState({
    Namespace: [namespace("b", { team: "x" }), namespace("a", { team: "x" }), namespace("c", {})],
  });
  expect(selectNamespaces(state, parseLabelSelector("team=x"))).toEqual(["a", "b"]);
  expect(selectNamespaces(state, parseLabelSelector("kubernetes.io/metadata.name in (a, c)"))).toEqual([
    "a",
    "c",
  ]);
});
