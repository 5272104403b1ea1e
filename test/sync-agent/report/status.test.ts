import { expect, test } from "vitest";
import { createStatus } from "../../../sync-agent/report/status.ts";
import type { Warning, WarningReason } from "../../../sync-agent/warning.ts";

function warning(reason: WarningReason): Warning {
  return { object: "Ingress shop/web", field: "spec", reason, message: "m", remedy: "r" };
}

test("nothing has happened at first", () => {
  expect(createStatus().read()).toEqual({
    lastCompile: undefined,
    lastPublish: undefined,
    generation: undefined,
    hold: undefined,
    warnings: {},
    lastError: undefined,
    failures: 0,
  });
});

test("tells the last compile, publication and error, and counts warnings by reason", () => {
  const status = createStatus();
  status.compiled(1, [warning("SecretNotFound")]);
  status.compiled(2, [warning("PathConflict"), warning("SecretInvalid"), warning("PathConflict")]);
  status.failed(3, new Error("outage"), 1);
  expect(status.read()).toMatchObject({
    lastCompile: 2,
    lastPublish: undefined,
    warnings: { PathConflict: 2, SecretInvalid: 1 },
    lastError: { time: 3, message: "outage" },
    failures: 1,
  });
  expect(status.read().warnings).not.toHaveProperty("SecretNotFound");
  status.published(4, 7);
  expect(status.read()).toMatchObject({
    lastPublish: 4,
    generation: 7,
    lastError: { time: 3, message: "outage" },
    failures: 0,
  });
});

test("tells a hold until something is published", () => {
  const status = createStatus();
  status.failed(1, new Error("outage"), 1);
  status.held({ generation: 3, reason: "broken" }, 9);
  expect(status.read()).toMatchObject({
    hold: { generation: 3, reason: "broken" },
    generation: 9,
    failures: 0,
  });
  status.published(2, 10);
  expect(status.read()).toMatchObject({ hold: undefined, generation: 10 });
});

test("what was read does not change any more, and is plain data", () => {
  const status = createStatus();
  status.failed(1, "no error object", 1);
  const before = status.read();
  status.published(2, 1);
  expect(before).toMatchObject({
    failures: 1,
    generation: undefined,
    lastError: { message: "no error object" },
  });
  expect(structuredClone(before)).toEqual(before);
});
