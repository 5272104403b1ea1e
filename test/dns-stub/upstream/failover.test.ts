import { beforeEach, describe, expect, it } from "vitest";
import { UpstreamError } from "../../../dns-stub/upstream/error.ts";
import { type Candidate, failover } from "../../../dns-stub/upstream/failover.ts";

/** On a machine that does other things besides. */
const SOON = { timeout: 10_000 };

const error = (host: string) => new UpstreamError("unreachable", `${host} cannot be reached`);

let clock: number;
let asked: string[];
beforeEach(() => {
  clock = 0;
  asked = [];
});

type State = "works" | "fails" | "resting" | "rested" | "recovers" | "slow";

function candidate(host: string, state: State): Candidate {
  const hasFailed = state === "resting" || state === "rested" || state === "recovers";
  return {
    failure: hasFailed ? error(host) : undefined,
    isResting: state === "resting",
    async exchange() {
      asked.push(host);
      if (state === "slow") clock += 4_500;
      if (state === "fails" || state === "rested" || state === "slow") throw error(host);
      return { octets: Uint8Array.of(host.charCodeAt(0)), age: 0 };
    },
  };
}

const ask = (states: readonly State[]) => {
  const { exchange } = failover(
    states.map((state, i) => candidate("abc".charAt(i), state)),
    () => clock,
  );
  return exchange(new Uint8Array()).then(
    ({ octets }) => `answer of ${String.fromCharCode(...octets)}`,
    (problem: unknown) => (problem as Error).message,
  );
};

describe("of several resolvers", () => {
  it.each<[string, State[], string, string]>([
    ["the first is asked", ["works", "works"], "answer of a", "a"],
    ["the second when the first fails", ["fails", "works"], "answer of b", "ab"],
    ["each, when all fail", ["fails", "fails", "fails"], "c cannot be reached", "abc"],
    ["none that rests", ["resting", "works"], "answer of b", "b"],
    ["one that has rested, beside one that works", ["recovers", "works"], "answer of b", "ab"],
    ["one that has rested, where none works", ["resting", "recovers"], "answer of b", "b"],
    ["one that has rested, when those that worked fail", ["recovers", "fails"], "answer of a", "aba"],
    ["none while all rest", ["resting", "resting"], "a cannot be reached", ""],
    ["no more at the deadline", ["slow", "works"], "a cannot be reached", "a"],
  ])("%s", async (_, states, expected, hosts) => {
    expect(await ask(states)).toBe(expected);
    expect(asked.join("")).toBe(hosts);
  });
});

it.each<[State[], boolean]>([
  [["works", "resting"], false],
  [["resting", "works"], false],
  [["resting", "rested"], true],
])("%j: none is known to work: %s", (states, expected) => {
  const upstream = failover(
    states.map((state, i) => candidate("abc".charAt(i), state)),
    () => clock,
  );
  expect(upstream.isFailing).toBe(expected);
});

it("one question at a time finds out whether a resolver works again", async () => {
  const held = Promise.withResolvers<never>();
  let probes = 0;
  const failed: Candidate = {
    failure: error("a"),
    isResting: false,
    exchange: () => {
      probes++;
      return held.promise;
    },
  };
  const { exchange } = failover([failed, candidate("b", "works")], () => clock);
  await exchange(new Uint8Array());
  await exchange(new Uint8Array());
  expect(probes).toBe(1);
  held.reject(error("a"));
  await expect.poll(async () => exchange(new Uint8Array()).then(() => probes), SOON).toBe(2);
});
