import { describe, expect, it, test } from "vitest";
import { type Context, filtersOf, read, warningsOf } from "../support/annotations.ts";
import { clusterState, service } from "../support/objects.ts";

const context: Context = { services: clusterState({ Service: [service("shop/copy")] }).Service };
const copy = { kind: "service", service: "shop/copy", port: 80, scheme: "http", host: "copy" };
const elsewhere = { kind: "url", origin: "https://staging.example.com" };

test.each<[string, Record<string, string>, object | undefined]>([
  ["none", { "mirror-host": "a.test", "mirror-request-body": "off" }, undefined],
  [
    "with the request's own path",
    { "mirror-target": "http://copy" },
    { target: { ...copy, path: "$request_uri" }, body: true },
  ],
  [
    "with a path of its own",
    { "mirror-target": "http://copy/all" },
    { target: { ...copy, path: "/all" }, body: true },
  ],
  [
    "elsewhere, as ingress-nginx documents it",
    { "mirror-target": "https://staging.example.com/$request_uri" },
    { target: { ...elsewhere, path: "/$request_uri" }, body: true },
  ],
  [
    "elsewhere, right behind the host",
    { "mirror-target": "https://staging.example.com$request_uri" },
    { target: { ...elsewhere, path: "$request_uri" }, body: true },
  ],
  [
    "without bodies, under another host",
    { "mirror-target": "http://copy", "mirror-host": "staging", "mirror-request-body": "off" },
    { target: { ...copy, path: "$request_uri" }, host: "staging", body: false },
  ],
])("%s", (_, annotations, expected) => {
  expect(filtersOf(annotations, context).mirror).toEqual(expected);
  expect(warningsOf(annotations, context)).toEqual([]);
});

describe("a target that leads nowhere is left out", () => {
  it.each([
    ["http://missing", "names Service shop/missing, which does not exist"],
    ["http://127.0.0.1", "leads nowhere"],
    ["nonsense", "is not an http or https URL"],
  ])("%s", (target, problem) => {
    const { filters, outcome } = read({ "mirror-target": target }, context);
    expect([filters, outcome]).toEqual([{}, "ignore"]);
    expect(warningsOf({ "mirror-target": target }, context)).toEqual([expect.stringContaining(problem)]);
  });
});
