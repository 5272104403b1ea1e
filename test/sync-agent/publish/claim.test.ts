import { expect, test } from "vitest";
import { claimedGeneration, MAX_CLAIMED_GENERATION } from "../../../sync-agent/publish/claim.ts";

test.each<[string, string, number | undefined]>([
  ["a head", '{"generation":7,"root":"x","version":1}', 7],
  ["a head of another version", '{"generation":7,"new":true,"version":9}', 7],
  ["a signed root", '{"generation":7,"cluster":"default"}\n0123', 7],
  ["the highest that is heeded", `{"generation":${MAX_CLAIMED_GENERATION}}`, MAX_CLAIMED_GENERATION],
  ["an absurd one", `{"generation":${MAX_CLAIMED_GENERATION + 1}}`, undefined],
  ["a fraction", '{"generation":1.5}', undefined],
  ["none", '{"version":1}', undefined],
  ["what is no object", "7", undefined],
  ["what is no JSON", "<html>", undefined],
  ["nothing", "", undefined],
])("%s", (_name, text, expected) => {
  expect(claimedGeneration(text)).toBe(expected);
});
