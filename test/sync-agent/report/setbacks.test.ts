import { expect, test } from "vitest";
import { createSetbackLog, setbackOf } from "../../../sync-agent/report/setbacks.ts";
import { createFakeLog } from "../publish/support/fake-log.ts";
import { refusal } from "./support/fake-api.ts";

const denied =
  'ingresses "web" is forbidden: User "lintel" cannot patch resource "ingresses/status" in API group';
const terminating = "unable to create new content in namespace shop because it is being terminated";

test.each([
  ["an object that is gone", refusal(404), "gone"],
  ["another's write", refusal(409), "conflict"],
  ["a missing permission", refusal(403, "patch", { problem: denied }), "forbidden"],
  ["a namespace that is being deleted", refusal(403, "create", { problem: terminating }), "refused"],
  ["an object the server does not take", refusal(422), "invalid"],
  ["a webhook that is down", refusal(500), "failed"],
  ["too many requests", refusal(429), "unavailable"],
  ["an expired token", refusal(401), "unavailable"],
  ["a server that starts", refusal(503), "unavailable"],
  ["no answer", refusal(undefined), "unavailable"],
  ["a fault of ours", new TypeError("undefined is not a function"), "invalid"],
])("%s", (_name, error, expected) => {
  expect(setbackOf(error)).toBe(expected);
});

test("each kind is said once while it lasts, and that it is over when all was tried", () => {
  const log = createFakeLog();
  const begin = createSetbackLog(log, "write Events", "the verb create on events");
  const go = (isWhole: boolean, ...kinds: ("forbidden" | "failed")[]) => {
    const setbacks = begin();
    for (const kind of kinds) setbacks.add(kind, refusal(kind === "forbidden" ? 403 : 500, "create events"));
    setbacks.conclude(isWhole);
  };
  go(true);
  go(false, "forbidden", "forbidden", "forbidden");
  go(false);
  go(true, "forbidden");
  go(true, "forbidden", "failed");
  go(true);
  go(true);
  const forbidden = 'is forbidden: User "lintel" cannot patch resource "it" in the namespace';
  expect(log.lines).toEqual([
    `error may not write Events: create events: ${forbidden}; look there (and 2 more); the agent's service account needs the verb create on events; trying on`,
    "warn could not write Events: create events: answered 500; look there",
    "info can write Events again",
  ]);
});
