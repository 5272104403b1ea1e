/** The platform's cache and what was purged from it, for the filters and for `/purge`. */
import type { PurgeScope } from "../../contract/index.ts";
import type { Platform } from "../platform.ts";
import { Purges } from "../purge/purges.ts";
import type { HeadObject } from "../snapshot/head-object.ts";
import type { Caching } from "./filters/filter.ts";

export interface EdgeCaching {
  /** Absent where the platform has no cache. */
  readonly caching: Caching | undefined;
  /** Follows an order to purge. Absent where there is no Durable Object to tell other isolates. */
  readonly follow: ((scope: PurgeScope, signed: number) => Promise<void>) | undefined;
}

type PurgeObject = Pick<HeadObject, "purges" | "purge">;

/** @param open the cluster's Durable Object */
export function createCaching(
  open: (() => PurgeObject) | undefined,
  platform: Omit<Platform, "fetch">,
): EdgeCaching {
  const { responses: store, waitUntil, now, delay, log } = platform;
  if (open === undefined) {
    return { caching: store && { store, epochOf: () => 0 }, follow: undefined };
  }
  const purges = new Purges({ read: async () => open().purges(), now, delay, keepAlive: waitUntil, log });
  return {
    caching: store && { store, epochOf: (hostname, path) => purges.epochOf(hostname, path) },
    async follow(scope, signed) {
      purges.learn(await open().purge(scope, signed));
    },
  };
}
