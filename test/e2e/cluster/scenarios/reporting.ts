/** What the cluster is told of its objects. */
import { expect, it } from "vitest";
import { elements, field, type KubeObject, text } from "../../../kubernetes/api-server/object.ts";
import { ingress } from "../harness/objects.ts";
import { type Scene, STATUS_ADDRESS } from "../harness/scene.ts";

const addressesOf = (object: KubeObject | undefined) => elements(object, "status.loadBalancer.ingress");

/** An agent must be running, and the Service `two` be there. To be run at the same time. */
export function reportingScenarios(scene: () => Scene): void {
  it("writes where an Ingress is reached into its status, and takes it away when it serves it no longer", async () => {
    const { client, className } = scene();
    const hosts = { "status.test": "two" };
    await client.put(ingress("status", { className, hosts }));
    const served = await client.until("Ingress", "status", (object) => addressesOf(object).length > 0);
    expect(addressesOf(served)).toEqual([{ ip: STATUS_ADDRESS }]);
    await client.put(ingress("status", { className: "somebody-elses", hosts }));
    const left = await client.until("Ingress", "status", (object) => addressesOf(object).length === 0);
    expect(field(left, "status.loadBalancer")).toEqual({});
    await client.remove("Ingress", "status");
  });

  it("says in an Event what is wrong with an Ingress", async () => {
    const { client, className } = scene();
    await client.put(ingress("broken", { className, hosts: { "broken.test": "missing" } }));
    const about = (event: KubeObject) => text(event, "involvedObject.name") === "broken";
    const event = (await client.untilAll("Event", (events) => events.some(about))).find(about);
    expect(event).toMatchObject({
      type: "Warning",
      reason: "ServiceNotFound",
      involvedObject: { kind: "Ingress", uid: (await client.get("Ingress", "broken")).metadata.uid },
    });
    expect(text(event, "message")).toContain("missing");
    await client.remove("Ingress", "broken");
  });
}
