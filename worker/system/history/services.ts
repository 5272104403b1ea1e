import type { ServicePort, ServiceRecord } from "../../../contract/index.ts";
import { type Describe, listed, nowWas, same } from "./change.ts";

export const serviceChanges: Describe<"services"> = {
  name: (key) => `Service ${key}`,
  content: (service) =>
    service.kind === "externalName"
      ? [`stands for ${service.externalName}`]
      : [readiness(endpointsOf(service, sharedAddresses(service)))],
  difference(before, after) {
    const found = [
      ...nowWas("is", KINDS[before.kind], KINDS[after.kind]),
      ...nowWas("stands for", externalName(before), externalName(after)),
      ...endpointDifference(before, after),
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

interface SeenEndpoint {
  readonly address: string;
  readonly pod: string | undefined;
  readonly state: State;
}

/**
 * By address, and where pods share one, by pod as well. One that is in several subsets, for ports of different names, is
 * ready where one of them is.
 */
function endpointsOf(service: ServiceRecord, shared: ReadonlySet<string>): Map<string, SeenEndpoint> {
  const seen = new Map<string, SeenEndpoint>();
  if (service.kind === "externalName") return seen;
  for (const { address, ready, draining, pod } of service.subsets.flatMap(({ endpoints }) => endpoints)) {
    const key = shared.has(address) ? `${address} ${pod ?? ""}` : address;
    if (seen.get(key)?.state === "ready") continue;
    seen.set(key, { address, pod, state: ready ? "ready" : draining ? "draining" : "not ready" });
  }
  return seen;
}

/** Addresses at which there are several pods, told apart by their ports: on hosts' networks, and in examples. */
function sharedAddresses(...services: readonly ServiceRecord[]): Set<string> {
  const shared = new Set<string>();
  for (const service of services) {
    if (service.kind === "externalName") continue;
    const pods = new Map<string, string | undefined>();
    for (const { address, pod } of service.subsets.flatMap(({ endpoints }) => endpoints)) {
      if (pods.has(address) && pods.get(address) !== pod) shared.add(address);
      pods.set(address, pod);
    }
  }
  return shared;
}

/** `10.244.3.7 (web-7d9f-x2x4z)` */
function named({ address, pod }: SeenEndpoint): string {
  return pod === undefined ? address : `${address} (${pod})`;
}

function endpointDifference(was: ServiceRecord, is: ServiceRecord): string[] {
  const shared = sharedAddresses(was, is);
  const [before, after] = [endpointsOf(was, shared), endpointsOf(is, shared)];
  const removed = [...before].flatMap(([key, endpoint]) => (after.has(key) ? [] : [endpoint]));
  const added = [...after].flatMap(([key, endpoint]) => (before.has(key) ? [] : [endpoint]));
  const both = [...after].flatMap(([key, later]) => {
    const earlier = before.get(key);
    return earlier === undefined ? [] : [{ earlier, later }];
  });
  const turned = (state: State) =>
    both.flatMap(({ earlier, later }) => (earlier.state !== state && later.state === state ? [later] : []));
  const parts = [
    [removed, "removed"],
    [added, "added"],
    [turned("ready"), "ready now"],
    [turned("draining"), "draining"],
    [turned("not ready"), "not ready any more"],
  ] as const;
  const words = parts.flatMap(([endpoints, what]) =>
    endpoints.length === 0 ? [] : [`${listed(endpoints.map(named))} ${what}`],
  );
  const others = both
    .filter(({ earlier, later }) => earlier.pod !== later.pod)
    .map(({ later }) => named(later));
  return [
    ...(words.length === 0 ? [] : [`endpoints ${words.join(", ")}, ${readiness(after)}`]),
    ...(others.length === 0 ? [] : [`other pods at the same addresses: ${listed(others)}`]),
  ];
}

function readiness(endpoints: ReadonlyMap<string, SeenEndpoint>): string {
  if (endpoints.size === 0) return "no endpoints";
  const ready = [...endpoints.values()].filter(({ state }) => state === "ready").length;
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
