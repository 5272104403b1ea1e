/** Where a route sends its requests, with the endpoints that there are. */
import type { Backend, Balance, Canary, Filters, Route, ServiceRecord } from "../../../contract/index.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import { canaryRule } from "../balance/canary.ts";
import { clusterAddressOf, targetsOf } from "../balance/endpoints.ts";
import type { Exchange } from "../filters/filter.ts";
import { compileTemplate, cookieOf } from "../variables.ts";
import type { BackendReport } from "./explanation.ts";

export interface BackendWalk {
  /** How one is chosen. */
  readonly balancing: readonly string[];
  /** Those that this request may go to, the canary's first. */
  readonly backends: readonly BackendReport[];
}

/** @param zone the gateway's */
export async function explainBackends(exchange: Exchange, zone: string | undefined): Promise<BackendWalk> {
  const { view, route } = exchange;
  const filters = route.filters ?? {};
  const canary = filters.canary && canaryReading(filters.canary, exchange);
  const backends: BackendReport[] = [];
  if (filters.canary !== undefined && canary?.takes !== "never") {
    const { service, port, ingress } = filters.canary;
    const share = `canary of Ingress ${ingress}: ${canary?.reason}`;
    backends.push(await reportOf(view, { service, port, weight: 1 }, share, filters, zone));
  }
  if (canary?.takes !== "always") {
    for (const backend of route.backends) {
      backends.push(await reportOf(view, backend, shareOf(backend, route), filters, zone));
    }
  }
  const affinity = filters.affinity && affinityText(filters.affinity, exchange);
  const passedOver = canary?.takes === "never" ? [`the canary is passed over: ${canary.reason}`] : [];
  return {
    balancing: [balanceText(filters.balance, exchange), ...(affinity ? [affinity] : []), ...passedOver],
    backends,
  };
}

interface CanaryReading {
  readonly takes: "always" | "never" | "sometimes";
  readonly reason: string;
}

/** The edge's own rule, asked as if its weight were nothing and everything: what then stays the same decides. */
function canaryReading(canary: Canary, exchange: Exchange): CanaryReading {
  const { weight, total, header, cookie } = canary;
  const takesWith = (weight: number) => canaryRule({ ...canary, weight, total: 1 }, () => 0)(exchange);
  const names = [header && `header ${header.name}`, cookie && `cookie ${cookie}`]
    .filter(Boolean)
    .join(" or ");
  if (takesWith(0)) return { takes: "always", reason: `${names} asks for it` };
  if (!takesWith(1)) return { takes: "never", reason: `${names} asks for the main Ingress` };
  const reason = `${weight} of ${total} requests`;
  if (weight === 0) return { takes: "never", reason };
  return { takes: weight >= total ? "always" : "sometimes", reason };
}

function shareOf({ weight }: Backend, { backends }: Route): string {
  if (backends.length < 2) return "the route's only backend";
  const total = backends.reduce((sum, backend) => sum + backend.weight, 0);
  return `weight ${weight} of ${total}`;
}

async function reportOf(
  view: SnapshotView,
  { service, port }: Backend,
  share: string,
  { forwarding }: Filters,
  zone: string | undefined,
): Promise<BackendReport> {
  const record = await view.get("services", service);
  const found = endpointsOf(record, port, forwarding?.viaService === true, zone);
  return { service, port, share, ...found };
}

function endpointsOf(
  record: ServiceRecord | undefined,
  port: number,
  viaService: boolean,
  zone: string | undefined,
): Pick<BackendReport, "endpoints" | "reason"> {
  if (record === undefined) return { endpoints: [], reason: "is not in the snapshot" };
  const own = viaService ? clusterAddressOf(record, port) : undefined;
  if (own !== undefined) {
    return { endpoints: [own], reason: "is reached by its cluster address (service-upstream)" };
  }
  const { addresses, draining } = targetsOf(record, port, zone);
  if (record.kind === "externalName") return { endpoints: addresses, reason: "is a name elsewhere" };
  const all = record.subsets.flatMap(({ endpoints }) => endpoints);
  const ready = all.filter((endpoint) => endpoint.ready).length;
  const count = `${ready} of ${all.length} endpoints are ready`;
  if (addresses.length === 0) return { endpoints: [], reason: all.length === 0 ? "has no endpoints" : count };
  if (ready === 0) return { endpoints: addresses, reason: `${count}; those that terminate still serve` };
  const away = draining.length > 0 ? `, ${draining.length} terminate` : "";
  return { endpoints: addresses, reason: count + away };
}

function balanceText(balance: Balance | undefined, exchange: Exchange): string {
  switch (balance?.by) {
    case undefined:
    case "round_robin":
      return "endpoints take turns";
    case "least_connections":
      return "the endpoint with the fewest requests under way";
    case "ewma":
      return "of two endpoints by chance, the one that answered faster of late";
    case "hash": {
      const key = compileTemplate(balance.key)(exchange);
      return key === ""
        ? `by ${balance.key}, which stands for nothing here: endpoints take turns`
        : `by ${balance.key}, here "${key}": always the same endpoint while the endpoints stay`;
    }
  }
}

function affinityText({ cookie, mode }: NonNullable<Filters["affinity"]>, { request }: Exchange): string {
  return cookieOf(request.headers, cookie) === undefined
    ? `a client without cookie ${cookie} gets one, and stays with its endpoint (${mode})`
    : `cookie ${cookie} names the endpoint (${mode})`;
}
