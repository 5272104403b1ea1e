/** ingress-nginx `default-backend`: a Service that answers where the route's own has no endpoint. */
import type { Backend, Forwarding, Route, ServiceRecord } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { clusterAddressOf, targetsOf } from "../balance/endpoints.ts";
import { tellDefaultBackend } from "./default-backend-headers.ts";
import type { Exchange, Filter, FilterPlatform } from "./filter.ts";

export function standIn({ forward }: Pick<FilterPlatform, "forward">): Filter {
  return ({ standIn: wanted, forwarding }, route) => {
    if (wanted === undefined) return undefined;
    const { service, port, failed } = wanted;
    const isEmpty = emptinessOf(route.backends, forwarding);
    const other: Route = { ...route, backends: [{ service, port, weight: 1 }] };
    const ask = (exchange: Exchange) => {
      tellDefaultBackend(exchange.outgoing.headers, exchange, 503, failed);
      // A getter of its class, which a spread leaves behind.
      return forward({ ...exchange, groups: exchange.groups, route: other });
    };
    return {
      request(exchange) {
        const found = isEmpty(exchange);
        if (found instanceof Promise) return found.then((empty) => (empty ? ask(exchange) : undefined));
        return found ? ask(exchange) : undefined;
      },
    };
  };
}

/** Whether none of the backends has an endpoint; it is counted once a Service's record. */
function emptinessOf(
  backends: readonly Backend[],
  forwarding: Forwarding | undefined,
): (exchange: Exchange) => MaybePromise<boolean> {
  const known = backends.map(() => new WeakMap<ServiceRecord, boolean>());
  const hasNone = (index: number, { port }: Backend, record: ServiceRecord | undefined): boolean => {
    if (record === undefined) return true;
    let empty = known[index]?.get(record);
    if (empty === undefined) {
      const isReached = forwarding?.viaService === true && clusterAddressOf(record, port) !== undefined;
      empty = !isReached && targetsOf(record, port, undefined).addresses.length === 0;
      known[index]?.set(record, empty);
    }
    return empty;
  };
  const rest = async (exchange: Exchange, start: number): Promise<boolean> => {
    for (const [index, backend] of backends.entries()) {
      if (index >= start && !hasNone(index, backend, await exchange.view.get("services", backend.service))) {
        return false;
      }
    }
    return true;
  };
  return (exchange) => {
    for (const [index, backend] of backends.entries()) {
      const found = exchange.view.get("services", backend.service);
      if (found instanceof Promise) return rest(exchange, index);
      if (!hasNone(index, backend, found)) return false;
    }
    return true;
  };
}
