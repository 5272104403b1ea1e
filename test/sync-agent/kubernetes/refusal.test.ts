import { describe, expect, test } from "vitest";
import { errorEvent, refusal } from "../../../sync-agent/kubernetes/refusal.ts";
import { retryAfterHeader } from "../../../sync-agent/kubernetes/retry-after.ts";

const list = { method: "GET", path: "/apis/networking.k8s.io/v1/ingresses" } as const;
const get = { method: "GET", path: "/api/v1/namespaces/shop/secrets/tls" } as const;
const NOW = Date.UTC(2026, 0, 1);

const status = (code: number, reason: string, message: string, details?: object) =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details });

const answer = (code: number, text: string, retryAfter?: string) => ({ status: code, text, retryAfter });

describe("an answer that is not 2xx", () => {
  test.each([
    [401, "Unauthorized", "Unauthorized", /token, client certificate or exec plugin/],
    [
      404,
      "NotFound",
      "the server could not find the requested resource",
      /networking\.k8s\.io\/v1 \(`kubectl api-versions`\)/,
    ],
    [409, "Conflict", "the object has been modified", /read the object again/],
    [410, "Expired", "The resourceVersion for the provided list is too old", /list the objects anew/],
    [422, "Invalid", "spec is invalid", /version is supported/],
    [429, "TooManyRequests", "too many requests", /priority and fairness/],
    [500, "InternalError", "etcdserver: leader changed", /recover/],
    [503, "ServiceUnavailable", "apiserver is shutting down", /recover/],
    [302, "", "moved", /address is that of a Kubernetes API server/],
  ])("%d tells its reason and a remedy", (code, reason, message, remedy) => {
    const error = refusal(list, answer(code, status(code, reason, message)), NOW);
    expect(error).toMatchObject({
      status: code,
      reason,
      operation: "list ingresses.networking.k8s.io in all namespaces",
    });
    expect(error.remedy).toMatch(remedy);
    expect(error.message).toBe(
      `list ingresses.networking.k8s.io in all namespaces: the API server answered ${code}: ${message}; ${error.remedy}`,
    );
  });

  test("403 of an authorizer names the missing rule", () => {
    const message =
      'secrets "tls" is forbidden: User "system:serviceaccount:lintel:lintel" cannot get resource "secrets" in API group "" in the namespace "shop"';
    const error = refusal(get, answer(403, status(403, "Forbidden", message)), NOW);
    expect(error.message).toContain("system:serviceaccount:lintel:lintel");
    expect(error.remedy).toBe(
      'give the account this permission: add to the rules of a Role in namespace shop bound to it by a RoleBinding: - {apiGroups: [""], resources: ["secrets"], verbs: ["get"]}',
    );
  });

  test("403 of anything else names no rule that would not help", () => {
    const message =
      'leases "a" is forbidden: unable to create new content in namespace x because it is being terminated';
    const error = refusal(get, answer(403, status(403, "Forbidden", message)), NOW);
    expect(error.remedy).toMatch(/admission policy, a quota, or a namespace that is being deleted/);
  });

  test("404 of an object is not that of an API", () => {
    expect(refusal(get, answer(404, status(404, "NotFound", 'secrets "tls" not found')), NOW).remedy).toMatch(
      /the object exists/,
    );
  });

  test("a page of a proxy is shown in short", () => {
    const error = refusal(list, answer(502, `<html>Bad Gateway ${"x".repeat(1000)}`), NOW);
    expect(error).toMatchObject({ status: 502, reason: "" });
    expect(error.message).toContain("<html>Bad Gateway");
    expect(error.message.length).toBeLessThan(500);
  });

  test("an empty answer", () => {
    expect(refusal(list, answer(500, ""), NOW).message).toContain("answered 500: no explanation");
  });
});

describe("how long to leave the server alone", () => {
  const limited = (details?: object) => status(429, "TooManyRequests", "slow down", details);
  test.each([
    ["of the header", answer(429, limited(), "3"), 3000],
    ["of the status", answer(429, limited({ retryAfterSeconds: 2 })), 2000],
    ["of the header before that of the status", answer(429, limited({ retryAfterSeconds: 2 }), "3"), 3000],
    ["none", answer(429, limited()), undefined],
  ])("%s", (_, given, ms) => {
    expect(refusal(list, given, NOW).retryAfter).toBe(ms);
  });

  test.each([
    [undefined, undefined],
    ["0", 0],
    ["120", 120_000],
    [new Date(NOW + 5000).toUTCString(), 5000],
    [new Date(NOW - 5000).toUTCString(), 0],
    ["soon", undefined],
  ])("Retry-After %s", (value, ms) => {
    expect(retryAfterHeader(value, NOW)).toBe(ms);
  });
});

describe("an ERROR event of a watch", () => {
  test("is read as the answer that it is", () => {
    const event = JSON.parse(status(410, "Expired", "too old resource version: 5 (9)")) as unknown;
    expect(errorEvent({ ...list, query: { watch: "1" } }, event)).toMatchObject({
      operation: "watch ingresses.networking.k8s.io in all namespaces",
      status: 410,
      reason: "Expired",
    });
  });

  test("without a status is an error all the same", () => {
    const error = errorEvent(list, { what: "ever" });
    expect(error.status).toBeUndefined();
    expect(error.message).toContain('answered an error: {"what":"ever"}');
  });
});
