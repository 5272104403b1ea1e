import { beforeEach, expect, test } from "vitest";
import { createWarningLog, type WarningLog } from "../../../sync-agent/report/warnings.ts";
import type { Warning } from "../../../sync-agent/warning.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";

const missing: Warning = {
  object: "Ingress shop/web",
  field: "spec.rules[0]",
  reason: "ServiceNotFound",
  message: "Service shop/web does not exist.",
  remedy: "Create it.",
};
const expired: Warning = {
  object: "Secret shop/tls",
  field: "data.tls.crt",
  reason: "CertificateExpired",
  message: "It has expired.",
  remedy: "Renew it.",
};

const SAID_MISSING = "warn Ingress shop/web, spec.rules[0]: Service shop/web does not exist. Create it.";
const SAID_EXPIRED = "warn Secret shop/tls, data.tls.crt: It has expired. Renew it.";
const SAID_FOUND = "info Ingress shop/web: resolved: Service shop/web does not exist.";

let log: FakeLog;
let warnings: WarningLog;

beforeEach(() => {
  log = createFakeLog();
  warnings = createWarningLog(log);
});

test.each<[string, Warning[][], string[]]>([
  ["a warning is said once while it stands", [[missing], [missing], [missing]], [SAID_MISSING]],
  ["and once when it is resolved", [[missing], [], []], [SAID_MISSING, SAID_FOUND]],
  ["and again when it returns", [[missing], [], [missing]], [SAID_MISSING, SAID_FOUND, SAID_MISSING]],
  ["another one does not repeat it", [[missing], [expired, missing]], [SAID_MISSING, SAID_EXPIRED]],
  ["the same one twice is one", [[missing, { ...missing }]], [SAID_MISSING]],
  [
    "a new message is a new warning",
    [[missing], [{ ...missing, message: "It has no such port." }]],
    [SAID_MISSING, "warn Ingress shop/web, spec.rules[0]: It has no such port. Create it.", SAID_FOUND],
  ],
  ["none is nothing to say", [[]], []],
])("%s", (_name, updates, expected) => {
  for (const update of updates) warnings.update(update);
  expect(log.lines).toEqual(expected);
});

test("the fields say where and why", () => {
  warnings.update([missing]);
  const { object, field, reason, remedy } = missing;
  expect(log.fields).toEqual([{ object, field, reason, remedy }]);
});
