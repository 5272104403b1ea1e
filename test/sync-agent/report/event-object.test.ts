import { describe, expect, test } from "vitest";
import { newEvent, repeatedEvent, warningEvent } from "../../../sync-agent/report/event-object.ts";
import type { InvolvedObject } from "../../../sync-agent/report/involved-object.ts";
import type { Warning } from "../../../sync-agent/warning.ts";

const NOW = Date.parse("2026-11-23T22:00:00.987Z");
const web: InvolvedObject = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  namespace: "shop",
  name: "web",
  uid: "6d1f",
};
const missing: Warning = {
  object: "Ingress shop/web",
  field: "spec.rules[0]",
  reason: "ServiceNotFound",
  message: "Service shop/web does not exist.",
  remedy: "Create it.",
};

test("an Event as the core API has it, about the object itself", () => {
  const event = warningEvent(web, missing);
  expect(newEvent(event, "agent-0", NOW)).toEqual({
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace: "shop", name: expect.stringMatching(/^web\.[0-9a-f]{16}$/) as string },
    involvedObject: { ...web, fieldPath: "spec.rules[0]" },
    type: "Warning",
    reason: "ServiceNotFound",
    message: "spec.rules[0]: Service shop/web does not exist. Create it.",
    count: 1,
    firstTimestamp: "2026-11-23T22:00:00Z",
    lastTimestamp: "2026-11-23T22:00:00Z",
    source: { component: "lintel.dev/ingress-controller" },
    reportingComponent: "lintel.dev/ingress-controller",
    reportingInstance: "agent-0",
  });
});

test("its repetition leaves alone when it began", () => {
  const event = warningEvent(web, missing);
  expect(repeatedEvent(event, "agent-1", NOW, 4)).toEqual({
    count: 4,
    message: event.message,
    lastTimestamp: "2026-11-23T22:00:00Z",
    source: { component: "lintel.dev/ingress-controller" },
    reportingComponent: "lintel.dev/ingress-controller",
    reportingInstance: "agent-1",
  });
  expect(repeatedEvent(event, "agent-1", NOW, undefined)).not.toHaveProperty("count");
});

describe("the name", () => {
  test.each<[string, InvolvedObject, Warning, boolean]>([
    ["the same warning", web, { ...missing }, true],
    ["another remedy", web, { ...missing, remedy: "Name another one." }, true],
    ["another object of that name", { ...web, uid: "77aa" }, missing, false],
    ["another field", web, { ...missing, field: "spec.rules[1]" }, false],
    ["another reason", web, { ...missing, reason: "ServicePortNotFound" }, false],
    ["another message", web, { ...missing, message: "It has no port." }, false],
  ])("%s", (_name, involved, warning, isSame) => {
    expect(warningEvent(involved, warning).name === warningEvent(web, missing).name).toBe(isSame);
  });

  test("is one that the API takes, however long the object's is", () => {
    const long = `${"a".repeat(235)}.${"b".repeat(17)}`;
    const { name } = warningEvent({ ...web, name: long }, missing);
    expect(name).toMatch(/^a{235}\.[0-9a-f]{16}$/);
    expect(name.length).toBeLessThanOrEqual(253);
  });
});

test("an Event about what lives in no namespace lies in default, and names none", () => {
  const intel: InvolvedObject = { ...web, kind: "IngressClass", namespace: "", name: "lintel" };
  const event = warningEvent(intel, { ...missing, field: "" });
  expect(event).toMatchObject({
    namespace: "default",
    message: "Service shop/web does not exist. Create it.",
  });
  const { involvedObject } = newEvent(event, "a", NOW) as { involvedObject: object };
  expect(involvedObject).not.toHaveProperty("namespace");
  expect(involvedObject).not.toHaveProperty("fieldPath");
});

test("messages and identities are cut to what the API takes, between characters", () => {
  const { message } = warningEvent(web, { ...missing, field: "", message: "ü".repeat(600) });
  expect(message).toBe(`${"ü".repeat(510)}…`);
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
  const fits = "x".repeat(1024 - " Create it.".length);
  expect(warningEvent(web, { ...missing, field: "", message: fits }).message).toBe(`${fits} Create it.`);
  const { reportingInstance } = newEvent(warningEvent(web, missing), "i".repeat(300), NOW) as {
    reportingInstance: string;
  };
  expect(reportingInstance).toHaveLength(128);
});
