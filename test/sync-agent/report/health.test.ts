import { beforeEach, describe, expect, it, test } from "vitest";
import type { ResourceHealth, SourceHealth } from "../../../sync-agent/cluster/kubernetes/observer.ts";
import type { Kind } from "../../../sync-agent/cluster/state.ts";
import { KubeError } from "../../../sync-agent/kubernetes/client.ts";
import { type Check, createHealth, createRoundWatch } from "../../../sync-agent/report/health.ts";
import { createStatus, type StatusRecord } from "../../../sync-agent/report/status.ts";

const MINUTE = 60_000;

describe("the watch over rounds", () => {
  type Step = "began" | "ended";
  test.each<[string, [Step, number][], number, RegExp | undefined]>([
    ["nothing is wrong before the first", [], 1000, undefined],
    ["one that goes on is fine for a while", [["began", 0]], 15, undefined],
    ["one that does not end is stuck", [["began", 0]], 16, /^a round began 960 s ago and has not ended$/],
    [
      "the one before does not matter",
      [
        ["began", 0],
        ["ended", 1],
        ["began", 20],
      ],
      30,
      undefined,
    ],
    [
      "a quiet cluster has one an hour",
      [
        ["began", 0],
        ["ended", 1],
      ],
      70,
      undefined,
    ],
    [
      "a loop that begins none is stuck",
      [
        ["began", 0],
        ["ended", 1],
      ],
      72,
      /^the last round ended 4260 s ago, and no other has begun$/,
    ],
  ])("%s", (_, steps, minutes, problem) => {
    let now = 0;
    const watch = createRoundWatch({ monotonic: () => now });
    for (const [step, minute] of steps) {
      now = minute * MINUTE;
      watch[step]();
    }
    now = minutes * MINUTE;
    if (problem === undefined) expect(watch.problem()).toBeUndefined();
    else expect(watch.problem()).toMatch(problem);
  });
});

describe("health", () => {
  const failure = new KubeError({
    operation: "list secrets",
    status: 403,
    reason: "Forbidden",
    problem: "forbidden",
    remedy: "allow it",
  });
  const resource = (kind: Kind, over: Partial<ResourceHealth> = {}): ResourceHealth => ({
    kind,
    namespace: "",
    synced: true,
    lastContact: 1,
    ...over,
  });
  const SYNCED: SourceHealth = { synced: true, resources: [resource("Ingress")] };
  let status: StatusRecord;
  beforeEach(() => {
    status = createStatus();
    status.published(1, 1);
  });

  const health = (over: { source?: SourceHealth; leading?: boolean; stuck?: string } = {}) =>
    createHealth({
      rounds: { problem: () => over.stuck },
      source: () => over.source ?? SYNCED,
      leading: () => over.leading ?? true,
      status: () => status.read(),
    });
  const problems = (checks: readonly Check[]) =>
    checks.flatMap(({ name, weight, problem }) =>
      problem === undefined ? [] : [`${weight} ${name}: ${problem}`],
    );

  it("is not alive when rounds are stuck", () => {
    expect(problems(health({ stuck: "stuck" }).live())).toEqual(["required rounds: stuck"]);
    expect(problems(health().live())).toEqual([]);
  });

  test.each<[string, SourceHealth, string[]]>([
    ["before it began", { synced: false, resources: [] }, ["required source: nothing has been read yet"]],
    [
      "while kinds are missing",
      {
        synced: false,
        resources: [
          resource("Ingress"),
          resource("Service", { synced: false }),
          resource("Secret", { synced: false, failure }),
          resource("Secret", { synced: false, failure }),
        ],
      },
      [
        "required source: not read yet: Service, Secret",
        "notice watches: Secret: list secrets: forbidden; allow it",
      ],
    ],
    ["when all is read", SYNCED, []],
    [
      "when the API server is away",
      { synced: true, resources: [resource("Ingress", { failure }), resource("Pod", { failure })] },
      ["notice watches: Ingress, Pod: list secrets: forbidden; allow it"],
    ],
  ])("of the source, %s", (_, source, expected) => {
    expect(problems(health({ source }).ready())).toEqual(expected);
  });

  it("is ready before it has published, and while it cannot, and says so", () => {
    status = createStatus();
    expect(problems(health().ready())).toEqual(["notice publish: nothing has been published yet"]);
    status.failed(2, new Error("KV is down; wait"), 1);
    expect(problems(health().ready())).toEqual([
      "notice publish: the last round has failed: KV is down; wait",
    ]);
    status.failed(2, new Error("KV is down; wait"), 3);
    expect(problems(health().ready())).toEqual([
      "notice publish: 3 rounds in a row have failed: KV is down; wait",
    ]);
  });

  it("tells of a rollback that holds", () => {
    status.held({ generation: 4 }, 9);
    expect(problems(health().ready())).toEqual([
      "notice publish: rolled back to generation 4 until `lintel rollback --release`",
    ]);
  });

  it("asks nothing of a standby but to know the state", () => {
    status = createStatus();
    expect(problems(health({ leading: false }).ready())).toEqual([]);
  });
});
