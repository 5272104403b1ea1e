import { expect, test } from "vitest";
import { createFailureLog } from "../../../../sync-agent/cluster/kubernetes/failure-log.ts";
import { KubeError } from "../../../../sync-agent/kubernetes/client.ts";
import { recordingLog } from "./objects.ts";

const error = (status: number | undefined, problem: string, remedy = "help yourself") =>
  new KubeError({ operation: "list pods", status, reason: "", problem, remedy });

test("a failure is said once, however often it is met, and again when it is over", () => {
  const log = recordingLog();
  const failures = createFailureLog(log);
  for (let i = 0; i < 3; i++) failures.failed("pods", error(403, "forbidden"));
  failures.recovered("pods");
  failures.recovered("pods");
  failures.failed("pods", error(403, "forbidden"));
  expect(log.lines).toEqual([
    "error: cannot list pods: forbidden; help yourself; it will be tried again",
    "info: resolved: list pods: forbidden; help yourself",
    "error: cannot list pods: forbidden; help yourself; it will be tried again",
  ]);
});

test("another failure is said beside the first; what only the wording tells apart is not", () => {
  const log = recordingLog();
  const failures = createFailureLog(log);
  failures.failed("pods", error(503, "request 1 failed"));
  failures.failed("pods", error(503, "request 2 failed"));
  failures.failed("pods", error(403, "forbidden"));
  failures.failed("pods", error(503, "request 3 failed"));
  failures.recovered("pods");
  expect(log.lines).toEqual([
    "warn: cannot list pods: request 1 failed; help yourself; it will be tried again",
    "error: cannot list pods: forbidden; help yourself; it will be tried again",
    "info: resolved: list pods: request 3 failed; help yourself",
    "info: resolved: list pods: forbidden; help yourself",
  ]);
});

test("what several meet alike is said once, and over when the last is through", () => {
  const log = recordingLog();
  const failures = createFailureLog(log);
  for (const id of ["pods", "services", "secrets"]) failures.failed(id, error(undefined, "refused"));
  failures.recovered("pods");
  failures.forget("secrets");
  expect(log.lines).toHaveLength(1);
  failures.recovered("services");
  expect(log.lines[1]).toMatch(/^info: resolved: /);
});

test("what is not followed any more is not said to be resolved", () => {
  const log = recordingLog();
  const failures = createFailureLog(log);
  failures.failed("pods", error(503, "down"));
  failures.forget("pods");
  expect(log.lines).toHaveLength(1);
});
