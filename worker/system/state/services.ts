/** A Service with its endpoints: what the cluster says of them, and what this isolate has seen. Pure. */
import type { ServiceRecord } from "../../../contract/index.ts";
import { clusterAddressOf } from "../../ingress/balance/endpoints.ts";
import type { Pool } from "../../ingress/pool.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import type { TrafficFlow } from "./facts.ts";
import { type EndpointCounts, endpointCounts } from "./summaries.ts";

export interface EndpointDetail {
  readonly address: string;
  readonly pod: string | null;
  /** By the cluster's readiness. */
  readonly state: "ready" | "draining" | "not ready";
  /**
   * As this isolate sees it: `ejected` after failures, `failing` where it would be if others were left, `serving` after a
   * success; `null` where nothing has been sent to it.
   */
  readonly health: "ejected" | "failing" | "serving" | null;
  /** Seconds until an ejected one is tried again. */
  readonly trialSeconds: number | null;
  readonly underway: number;
  /** The mean of the last minutes, in milliseconds. */
  readonly latencyMs: number | null;
  /** Of the last minutes; `null` where nobody counts. */
  readonly requests: number | null;
  readonly errors: number | null;
}

export interface ServiceDetail {
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number;
  readonly kind: ServiceRecord["kind"] | "missing";
  /** Where an ExternalName leads, or the cluster address. */
  readonly address: string | null;
  readonly ready: number;
  readonly total: number;
  readonly endpoints: readonly EndpointDetail[];
  /** Endpoints that are not listed. */
  readonly more: number;
}

export interface ServiceOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly poolOf: (service: string, port: number) => Pool | undefined;
  /** `null` where nobody counts. */
  readonly flows: readonly TrafficFlow[] | null;
}

/** So many endpoints of a Service are listed, those that are out of order first. */
const MOST_ENDPOINTS = 40;

/** One Service with its endpoints, as this isolate sees them. */
export async function serviceOf(
  view: SnapshotView,
  service: string,
  port: number,
  options: ServiceOptions,
): Promise<ServiceDetail> {
  return serviceDetail(service, port, await view.get("services", service), options);
}

export function serviceDetail(
  service: string,
  port: number,
  record: ServiceRecord | undefined,
  options: ServiceOptions,
): ServiceDetail {
  const { ready, endpoints: total } = readiness(record && endpointCounts(record));
  const all = record === undefined ? [] : endpointsOf(service, port, record, options);
  const rank = ({ health, state }: EndpointDetail) => (health === "ejected" ? 0 : state === "ready" ? 2 : 1);
  const endpoints = all.toSorted((a, b) => rank(a) - rank(b));
  const own = record && clusterAddressOf(record, port);
  return {
    service,
    port,
    kind: record?.kind ?? "missing",
    address: record?.kind === "externalName" ? record.externalName : (own ?? null),
    ready,
    total,
    endpoints: endpoints.slice(0, MOST_ENDPOINTS),
    more: Math.max(0, endpoints.length - MOST_ENDPOINTS),
  };
}

function endpointsOf(
  service: string,
  port: number,
  record: ServiceRecord,
  { now, poolOf, flows }: ServiceOptions,
): EndpointDetail[] {
  if (record.kind === "externalName") return [];
  const wanted = record.ports.find((candidate) => candidate.port === port && candidate.protocol === "TCP");
  const pool = poolOf(service, port);
  const members = new Map(
    [...(pool?.members ?? []), ...(pool?.draining ?? [])].map((member) => [member.address, member]),
  );
  return record.subsets.flatMap(({ ports, endpoints }) => {
    const target = ports.find(({ name, protocol }) => name === wanted?.name && protocol === "TCP");
    return endpoints.map((endpoint): EndpointDetail => {
      const host = endpoint.address.includes(":") ? `[${endpoint.address}]` : endpoint.address;
      const address = target === undefined ? host : `${host}:${target.port}`;
      const member = members.get(address);
      const counted = flows?.filter(
        (flow) => flow.service === `${service}:${port}` && flow.endpoint === address,
      );
      const sum = (key: "requests" | "errors" | "timed" | "tookMs") =>
        counted?.reduce((total, flow) => total + flow[key], 0) ?? null;
      return {
        address,
        pod: endpoint.pod ?? endpoint.hostname ?? null,
        state: endpoint.ready ? "ready" : endpoint.draining === true ? "draining" : "not ready",
        health: member === undefined ? null : healthOf(member.health),
        trialSeconds:
          member?.health.ejected === true
            ? Math.max(0, Math.ceil((member.health.nextTrial - now) / 1000))
            : null,
        underway: member?.load.count(now) ?? 0,
        latencyMs: meanOf(sum("tookMs"), sum("timed")),
        requests: sum("requests"),
        errors: sum("errors"),
      };
    });
  });
}

function meanOf(tookMs: number | null, timed: number | null): number | null {
  return tookMs === null || timed === null || timed === 0 ? null : Math.round((10 * tookMs) / timed) / 10;
}

function healthOf(health: Pool["members"][number]["health"]): EndpointDetail["health"] {
  if (health.ejected) return "ejected";
  if (health.fails) return "failing";
  return health.serves ? "serving" : null;
}

export function readiness(counts: EndpointCounts | undefined): { ready: number; endpoints: number } {
  if (counts === undefined) return { ready: 0, endpoints: 0 };
  const { ready, notReady, draining } = counts;
  return { ready, endpoints: ready + notReady + draining };
}
