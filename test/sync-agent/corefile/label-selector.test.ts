import { expect, test } from "vitest";
import { readLabelSelector, selects } from "../../../sync-agent/corefile/label-selector.ts";

const LABELS = { app: "web", tier: "front", empty: "" };

test.each<[string, boolean | undefined]>([
  ["", true],
  ["app=web", true],
  ["app == web", true],
  ["app=api", false],
  ["app!=web", false],
  ["app!=api", true],
  ["other!=x", true],
  ["app in (web, api)", true],
  ["app in (api)", false],
  ["app notin (api,web)", false],
  ["other notin (x)", true],
  ["other in (x)", false],
  ["app", true],
  ["other", false],
  ["!other", true],
  ["! app", false],
  ["empty=", true],
  ["app=", false],
  ["app=web,tier in (front, back),!other", true],
  ["app=web,tier=back", false],
  ["example.org/app=web", false],
  ["app=web=api", undefined],
  ["app in web", undefined],
  ["app=web,,tier", undefined],
  ["=web", undefined],
  ["app=-", undefined],
])("%j", (text, expected) => {
  const selector = readLabelSelector(text);
  expect(selector && selects(selector, LABELS)).toBe(expected);
});
