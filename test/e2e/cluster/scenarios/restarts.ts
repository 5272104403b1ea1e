/** The API server and the agent come and go, while a client asks all the time. */
import { expect, it } from "vitest";
import type { ApiServer } from "../../../kubernetes/api-server/index.ts";
import type { Lintel } from "../../support/lintel.ts";
import type { Load } from "../harness/load.ts";
import { ingress } from "../harness/objects.ts";
import type { Scene } from "../harness/scene.ts";

/** One agent must be running, and the Service `two` be there. */
export function apiServerScenarios(scene: () => Scene, load: () => Load, double: () => ApiServer): void {
  it("is followed again after a restart, also in what happened meanwhile", async () => {
    const { cluster, className, client, answers } = scene();
    await double().stop();
    const meanwhile = ingress("meanwhile", { className, hosts: { "meanwhile.test": "two" } });
    double().apply({ ...meanwhile, metadata: { ...meanwhile.metadata, namespace: cluster.namespace } });
    await double().restart();
    await answers("meanwhile.test", "two");
    const version = await load().deploy();
    await load().serves(version);
    await load().retire(version - 1);
    await client.remove("Ingress", "meanwhile");
    expect(load().report().problems).toEqual([]);
  });
}

/** @param agents by identity: `one` must be running and leading. */
export function agentScenarios(scene: () => Scene, load: () => Load, agents: Map<string, Lintel>): void {
  const restart = () => {
    const agent = scene().agent({ identity: "one" });
    agents.set("one", agent);
    return agent;
  };

  it("follows what happened while it was killed", async () => {
    await agents.get("one")?.stop("SIGKILL");
    const version = await load().deploy();
    restart();
    await load().serves(version);
    expect(load().report().problems).toEqual([]);
  });

  it("publishes nothing when it comes back to what it left", async () => {
    const before = agents.get("one");
    await before?.stop("SIGKILL");
    const back = restart();
    await back.printed(/nothing to publish|published generation/, "stderr");
    expect(back.stderr).not.toContain("published generation");
    expect(load().report().problems).toEqual([]);
  });
}
