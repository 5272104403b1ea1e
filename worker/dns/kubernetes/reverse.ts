import { addressBlock, type AddressName } from "../../../contract/index.ts";
import type { MaybePromise, SnapshotView } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { TYPE } from "../wire/codes.ts";
import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { type Found, NODATA } from "./found.ts";

/**
 * What reverse DNS says of an address; `undefined` for addresses that are not the cluster's, whose names are for
 * somebody else to answer. A cluster address is the one Service's; otherwise every endpoint name counts (CoreDNS).
 */
export function reverseLookup(
  view: SnapshotView,
  cluster: ClusterZone,
  name: Name,
  type: number,
  address: string,
): MaybePromise<Found | undefined> {
  return andThen(view.get("addresses", addressBlock(address)), (block) => {
    const targets = targetsOf(block?.names[address] ?? []);
    if (targets.length === 0) return undefined;
    if (type !== TYPE.PTR && type !== TYPE.ANY) return NODATA;
    const answers = targets.map((labels): ResourceRecord => ({
      name,
      ttl: cluster.ttl,
      type: "PTR",
      target: Name.under(cluster.apex, ...labels),
    }));
    return { answers, additionals: [] };
  });
}

/** Names as labels below the cluster domain, each once. Pods have none. */
function targetsOf(names: readonly AddressName[]): string[][] {
  const services = names.filter((name) => "service" in name);
  const clusterAddress = services.find(({ endpoint }) => endpoint === undefined);
  if (clusterAddress !== undefined) return [serviceLabels(clusterAddress.service)];
  const targets = new Map<string, string[]>();
  for (const { service, endpoint } of services) {
    if (endpoint !== undefined) targets.set(`${endpoint} ${service}`, [endpoint, ...serviceLabels(service)]);
  }
  return [...targets.values()];
}

function serviceLabels(service: string): string[] {
  const slash = service.indexOf("/");
  return [service.slice(slash + 1), service.slice(0, slash), "svc"];
}
