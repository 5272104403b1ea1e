import type { ServicePort, ServiceRecord } from "../../../contract/index.ts";
import { type Describe, listed, nowWas, same } from "./change.ts";

export const serviceChanges: Describe<"services"> = {
  name: (key) => `Service ${key}`,
  content: (service) =>
    service.kind === "externalName"
      ? [`stands for ${service.externalName}`]
      : [readiness(endpointsOf(service))],
  difference(before, after) {
    const found = [
      ...nowWas("is", KINDS[before.kind], KINDS[after.kind]),
      ...nowWas("stands for", externalName(before), externalName(after)),
      ...endpointDifference(endpointsOf(before), endpointsOf(after)),
      ...nowWas("ports", portsText(before.ports), portsText(after.ports)),
      ...nowWas("pods' ports", podPorts(before), podPorts(after)),
      ...nowWas("cluster addresses", clusterIPs(before), clusterIPs(after)),
      ...nowWas("reached from outside at", outside(before), outside(after)),
    ];
    return found.length > 0 || same(before, after) ? found : ["changed in what DNS or zones make of it"];
  },
};

const KINDS: Readonly<Record<ServiceRecord["kind"], string>> = {
  clusterIP: "a Service with a cluster address",
  headless: "a headless Service",
  externalName: "an ExternalName",
};

type State = "ready" | "draining" | "not ready";

/** By address. One that is in several subsets, for ports of different names, is ready where one of them is. */
function endpointsOf(service: ServiceRecord): Map<string, State> {
  const states = new Map<string, State>();
  if (service.kind === "externalName") return states;
  for (const { endpoints } of service.subsets) {
    for (const { address, ready, draining } of endpoints) {
      if (states.get(address) === "ready") continue;
      states.set(address, ready ? "ready" : draining ? "draining" : "not ready");
    }
  }
  return states;
}

function endpointDifference(before: ReadonlyMap<string, State>, after: ReadonlyMap<string, State>): string[] {
  const removed = [...before.keys()].filter((address) => !after.has(address));
  const added = [...after.keys()].filter((address) => !before.has(address));
  const turned = (state: State) =>
    [...after.keys()].filter((address) => {
      const was = before.get(address);
      return was !== undefined && was !== state && after.get(address) === state;
    });
  const parts = [
    [removed, "removed"],
    [added, "added"],
    [turned("ready"), "ready now"],
    [turned("draining"), "draining"],
    [turned("not ready"), "not ready any more"],
  ] as const;
  const words = parts.flatMap(([addresses, what]) =>
    addresses.length === 0 ? [] : [`${listed(addresses)} ${what}`],
  );
  return words.length === 0 ? [] : [`endpoints ${words.join(", ")}, ${readiness(after)}`];
}

function readiness(endpoints: ReadonlyMap<string, State>): string {
  if (endpoints.size === 0) return "no endpoints";
  const ready = [...endpoints.values()].filter((state) => state === "ready").length;
  return ready === endpoints.size ? `${ready} ready` : `${ready} of ${endpoints.size} ready`;
}

function portText({ name, protocol, port }: ServicePort): string {
  return `${name === "" ? "" : `${name} `}${port}${protocol === "TCP" ? "" : `/${protocol}`}`;
}

function portsText(ports: readonly ServicePort[]): string {
  return ports.length === 0 ? "none" : ports.map(portText).join(", ");
}

/** Nothing of a Service without pods: that its ports went with them says nothing. */
function podPorts(service: ServiceRecord): string | undefined {
  if (service.kind === "externalName") return undefined;
  const ports = service.subsets
    .filter(({ endpoints }) => endpoints.length > 0)
    .flatMap((subset) => subset.ports.map(portText));
  return ports.length === 0 ? undefined : [...new Set(ports)].toSorted().join(", ");
}

function externalName(service: ServiceRecord): string | undefined {
  return service.kind === "externalName" ? service.externalName : undefined;
}

function clusterIPs(service: ServiceRecord): string | undefined {
  return service.kind === "clusterIP" ? service.clusterIPs.join(", ") || undefined : undefined;
}

function outside({ external }: ServiceRecord): string | undefined {
  if (external === undefined) return undefined;
  return listed([...external.addresses, ...external.hostnames]) || undefined;
}
