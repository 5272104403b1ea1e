import { expect, test } from "vitest";
import { isOurs, readStatus, statusManager } from "../../../sync-agent/report/status-owner.ts";

const OURS = [{ ip: "203.0.113.7" }];
const MANAGER = statusManager("default");

const wroteStatus = (manager: string) => ({
  manager,
  operation: "Update",
  subresource: "status",
  fieldsV1: { "f:status": { "f:loadBalancer": { "f:ingress": {} } } },
});
const wroteSpec = (manager: string) => ({ manager, fieldsV1: { "f:spec": { "f:rules": {} } } });

const found = (ingress: unknown, managedFields?: unknown) => ({
  metadata: { resourceVersion: "7", managedFields },
  status: { loadBalancer: { ingress } },
});

test.each([
  ["our addresses by our hand", found(OURS, [wroteStatus(MANAGER)]), true],
  ["our addresses by another cluster's hand", found(OURS, [wroteStatus(statusManager("other"))]), false],
  [
    "our addresses by another's hand, though we wrote the spec",
    found(OURS, [wroteStatus("nginx"), wroteSpec(MANAGER)]),
    false,
  ],
  ["our addresses, and the server does not say by whom", found(OURS), true],
  ["our addresses, and the server says only who wrote the spec", found(OURS, [wroteSpec("kubectl")]), true],
  ["other addresses by our hand", found([{ ip: "198.51.100.1" }], [wroteStatus(MANAGER)]), false],
  ["our addresses with ports", found([{ ...OURS[0], ports: [{ port: 80 }] }]), false],
  ["no addresses", found(null), false],
  ["no status", { metadata: { resourceVersion: "7" } }, false],
])("%s", (_name, answer, expected) => {
  expect(isOurs(readStatus(answer), OURS, MANAGER)).toBe(expected);
});

test("the version is kept for the write", () => {
  expect(readStatus(found(OURS)).resourceVersion).toBe("7");
  expect(() => readStatus({ kind: "Status" })).toThrow(/metadata/);
});
