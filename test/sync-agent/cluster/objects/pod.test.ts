import { expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

const pod = (status: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: web-0}, spec: {containers: []}, status: ${status}}`;

test.each([
  ["one that never ran", "null", [], "Pending"],
  [
    "addresses made canonical",
    "{phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'FD00::1'}]}",
    ["10.0.0.1", "fd00::1"],
    "Running",
  ],
  ["podIP alone", "{phase: Succeeded, podIP: 10.0.0.1}", ["10.0.0.1"], "Succeeded"],
])("%s", (_, status, podIPs, phase) => {
  expect(read(pod(status))).toStrictEqual({ metadata: metadata("web-0"), podIPs, phase });
});

test.each([
  ["{podIPs: [{ip: x}]}", 'status.podIPs[0].ip: "x" is not an IP address'],
  ["{podIP: x}", 'status.podIP: "x" is not an IP address'],
  ["{phase: Sleeping}", "status.phase: must be one of Pending"],
])("status %s is refused", (status, problem) => {
  const [first] = problems(pod(status));
  expect(first).toContain(problem);
});
