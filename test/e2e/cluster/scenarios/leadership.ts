/** Several agents, of which one leads. */
import { expect, it } from "vitest";
import { text } from "../../../kubernetes/api-server/object.ts";
import type { Lintel } from "../../support/lintel.ts";
import type { Load } from "../harness/load.ts";
import { ingress } from "../harness/objects.ts";
import type { Scene } from "../harness/scene.ts";

const HANDOVER_MS = 2000;
/** What a Lease promises, and what a candidate on a busy machine may take to look and to write. */
export const CRASH_MS = 15_000 + 5000;

const untilHeld = ({ client }: Scene, lease: string, identity: string) =>
  client.until("Lease", lease, (object) => text(object, "spec.holderIdentity") === identity);

/** @param agents by identity: `one` must be running and leading. */
export function handoverScenarios(scene: () => Scene, load: () => Load, agents: Map<string, Lintel>): void {
  it("passes to another agent within two seconds of SIGTERM", async () => {
    const standby = scene().agent({ identity: "two" });
    await standby.printed(/standing by: one leads/, "stderr");
    const one = agents.get("one");
    const began = performance.now();
    const ended = one?.stop("SIGTERM");
    await untilHeld(scene(), "lintel-agent-default", "two");
    expect(performance.now() - began).toBeLessThan(HANDOVER_MS);
    expect((await ended)?.code).toBe(0);
    await load().serves(await load().deploy());
    expect(standby.stderr).toContain("published generation");
    expect(load().report().problems).toEqual([]);
  });
}

/**
 * Two agents of another cluster's name: the first is killed, the second takes over when the Lease has run out, and
 * publishes.
 *
 * @returns how long it took, in milliseconds.
 */
export async function crash(scene: Scene): Promise<number> {
  const className = `${scene.className}-crash`;
  const first = scene.agent({ identity: "first", cluster: "crash", className });
  await first.printed(/published generation/, "stderr");
  const second = scene.agent({ identity: "second", cluster: "crash", className });
  await second.printed(/standing by: first leads/, "stderr");
  await first.stop("SIGKILL");
  const began = performance.now();
  await untilHeld(scene, "lintel-agent-crash", "second");
  const taken = performance.now() - began;
  await scene.client.put(ingress("crash", { className, hosts: { "crash.test": "two" } }));
  await second.printed(/published generation/, "stderr");
  await second.stop();
  return taken;
}
