/** Where clients outside the cluster reach a Service (CoreDNS, kubernetes/external.go). */
import type { PluginConfig, ServiceRecord } from "../../../contract/index.ts";
import { isPublished, labelOf, selectPorts, subsetsOf } from "../kubernetes/endpoints.ts";
import { type PortSelector, withoutUnderscore } from "../kubernetes/subject.ts";

/** What a name below an external zone is about: a Service, a port of it or an endpoint of it. */
export interface ExternalSubject {
  readonly namespace: string;
  /** Absent: the namespace itself. */
  readonly service: string | undefined;
  readonly endpoint: string | undefined;
  readonly port: PortSelector | undefined;
}

const MOST_LABELS = 4;

/** @param labels The labels before the zone's, in lower case. `undefined`: no such name can exist. */
export function externalSubject(labels: readonly string[]): ExternalSubject | undefined {
  const count = labels.length;
  const namespace = labels[count - 1];
  const near = labels[count - 3];
  const far = labels[count - 4];
  if (namespace === undefined || count > MOST_LABELS) return undefined;
  return {
    namespace,
    service: labels[count - 2],
    endpoint: near === undefined || far !== undefined ? undefined : withoutUnderscore(near),
    port:
      near === undefined || far === undefined
        ? undefined
        : { name: withoutUnderscore(far), protocol: withoutUnderscore(near) },
  };
}

/** One address or name, and port. */
export interface Reached {
  readonly host: string;
  readonly isName: boolean;
  /** Of an endpoint: its label below the Service's name. */
  readonly label: string | undefined;
  /** `undefined` where the Service names no ports. */
  readonly port: number | undefined;
}

/**
 * A Service's external addresses, whatever stands before its name. Without any its endpoints, where `headless` is asked
 * for and it has no cluster address or the name is an endpoint's. None: the name does not exist.
 */
export function reachedAt(
  record: ServiceRecord,
  { endpoint: wanted, port }: ExternalSubject,
  headless: boolean,
  options: PluginConfig<"kubernetes">,
): Reached[] {
  const { addresses = [], hostnames = [] } = record.external ?? {};
  if (addresses.length === 0 && hostnames.length === 0) {
    if (!headless || record.kind === "externalName") return [];
    if (record.kind !== "headless" && wanted === undefined) return [];
    return subsetsOf(record, options).flatMap(({ ports, endpoints }) =>
      endpoints.flatMap((endpoint) => {
        const label = labelOf(endpoint, options);
        if (!isPublished(record, endpoint)) return [];
        if (wanted !== undefined && label.toLowerCase() !== wanted) return [];
        return selectPorts(ports, port).map((port) => ({
          host: endpoint.address,
          isName: false,
          label,
          port: port?.port,
        }));
      }),
    );
  }
  const ports = selectPorts(record.ports, port);
  const reached = (host: string, isName: boolean) =>
    ports.map((port) => ({ host, isName, label: undefined, port: port?.port }));
  return [
    ...addresses.flatMap((host) => reached(host, false)),
    ...hostnames.flatMap((host) => reached(host, true)),
  ];
}
