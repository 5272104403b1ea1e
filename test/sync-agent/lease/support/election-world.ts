import { setImmediate as turn } from "node:timers/promises";
import type { Leadership } from "../../../../sync-agent/leadership.ts";
import { createLeaseLeadership, type LeaseOptions } from "../../../../sync-agent/lease/election.ts";
import { createFakeClock, type FakeClock } from "../../publish/support/fake-clock.ts";
import { createFakeLog, type FakeLog } from "../../publish/support/fake-log.ts";
import { createLeaseServer, type LeaseServer } from "./lease-server.ts";
import { createScriptedClient, type ScriptedClient } from "./scripted-client.ts";

export interface Agent {
  readonly leadership: Leadership;
  readonly client: ScriptedClient;
  readonly log: FakeLog;
  /** `leads`, `follows`, `renewed`, `failed` as the observer heard them. */
  readonly heard: string[];
  /** At each call of onChange, whether it led. */
  readonly changes: boolean[];
}

/** One Lease, one clock, and agents that compete. */
export interface ElectionWorld {
  readonly clock: FakeClock;
  readonly server: LeaseServer;
  agent(identity: string, more?: Partial<LeaseOptions>): Agent;
  /** The record as the server has it. */
  spec(): Readonly<Record<string, unknown>> | undefined;
  /** Advances until it holds; how many milliseconds that took. */
  elapsed(holds: () => boolean, limit?: number): Promise<number>;
}

export function createElectionWorld(): ElectionWorld {
  const clock = createFakeClock(Date.parse("2026-11-23T22:00:00Z"));
  const server = createLeaseServer();
  return {
    clock,
    server,
    spec: () => server.stored()?.spec,
    agent(identity, more) {
      const client = createScriptedClient(clock, server);
      const log = createFakeLog();
      const heard: string[] = [];
      const leadership = createLeaseLeadership({
        client,
        namespace: "lintel",
        name: "agent",
        identity,
        clock,
        random: () => 0.5,
        log,
        observer: {
          leading: (leads) => heard.push(leads ? "leads" : "follows"),
          renewed: () => heard.push("renewed"),
          failed: () => heard.push("failed"),
        },
        ...more,
      });
      return { leadership, client, log, heard, changes: [] };
    },
    async elapsed(holds, limit = 60_000) {
      const start = clock.now();
      while (!holds()) {
        if (clock.now() - start > limit) throw new Error(`not within ${limit} ms`);
        await clock.advance(10);
      }
      return clock.now() - start;
    },
  };
}

export async function start(...agents: Agent[]): Promise<void> {
  for (const { leadership, changes } of agents) {
    leadership.start(() => changes.push(leadership.term() !== undefined));
  }
  await turn();
}

export const leads = ({ leadership }: Agent) => leadership.term() !== undefined;
