import type { LimitPeers } from "./exchange.ts";
import type { LimitObject } from "./limit-object.ts";

/** @param cluster whose limits they are */
export function limitPeers(namespace: DurableObjectNamespace<LimitObject>, cluster: string): LimitPeers {
  // A stub belongs to the request that makes it.
  return async (shard, report) => namespace.getByName(`${cluster}/${shard}`).exchange(report);
}
