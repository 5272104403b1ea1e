import { expect, test } from "vitest";
import { readEvent } from "../../../../sync-agent/cluster/kubernetes/watch-event.ts";

const object = { metadata: { name: "a", resourceVersion: "7" } };

test.each<[string, unknown]>([
  [JSON.stringify({ type: "ADDED", object }), { type: "ADDED", object, version: "7" }],
  [JSON.stringify({ type: "MODIFIED", object }), { type: "MODIFIED", object, version: "7" }],
  [JSON.stringify({ type: "DELETED", object }), { type: "DELETED", object, version: "7" }],
  [JSON.stringify({ type: "BOOKMARK", object }), { type: "BOOKMARK", version: "7" }],
  [JSON.stringify({ type: "ERROR", object: { code: 410 } }), { type: "ERROR", object: { code: 410 } }],
  [JSON.stringify({ type: "ADDED", object: {} }), { type: "ADDED", object: {}, version: "" }],
  [JSON.stringify({ type: "OTHER", object }), undefined],
  ['{"type":"ADDED","object":{"meta', undefined],
  ["<html>", undefined],
  ["[]", undefined],
])("%s", (line, event) => {
  expect(readEvent(line)).toEqual(event);
});
