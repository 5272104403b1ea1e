/**
 * Whose status an Ingress has that we do not serve. The address alone does not tell: two Lintels in one cluster (of two
 * classes, or of two sets of namespaces) may stand behind one edge and write the same one, and each would empty what the
 * other has written. But the API server keeps who wrote which field last (`metadata.managedFields`), and our writes bear
 * a name with the Lintel cluster in it. So a status is ours when it is exactly our addresses and our name is on it,
 * whichever agent of ours it was that wrote it.
 *
 * Where the server keeps no such record the addresses have to do.
 */
import * as z from "zod";
import type { LoadBalancerAddress } from "../cluster/state.ts";
import { sameAddresses } from "./status-addresses.ts";

const statusFields = z.looseObject({
  "f:status": z.looseObject({ "f:loadBalancer": z.looseObject({ "f:ingress": z.looseObject({}) }) }),
});

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const schema = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    managedFields: z.array(z.object({ manager: text, fieldsV1: z.unknown().optional() })).nullish(),
  }),
  status: z
    .object({
      loadBalancer: z
        .object({
          ingress: z
            .array(
              z
                .object({ ip: text, hostname: text, ports: z.array(z.unknown()).nullish() })
                .transform(({ ip, hostname, ports }): Entry => ({
                  ...(ip !== undefined && { ip }),
                  ...(hostname !== undefined && { hostname }),
                  hasPorts: (ports ?? []).length > 0,
                })),
            )
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

interface Entry extends LoadBalancerAddress {
  readonly hasPorts: boolean;
}

/** What there is to know of an Ingress before its status is emptied. */
export interface FoundStatus {
  readonly resourceVersion: string;
  readonly entries: readonly Entry[];
  /** Who wrote the addresses; empty when the server does not say. */
  readonly managers: readonly string[];
}

/** @throws ZodError when it is no Ingress. */
export function readStatus(answer: unknown): FoundStatus {
  const { metadata, status } = schema.parse(answer);
  const writers = (metadata.managedFields ?? []).filter(
    ({ fieldsV1 }) => statusFields.safeParse(fieldsV1).success,
  );
  return {
    resourceVersion: metadata.resourceVersion,
    entries: status?.loadBalancer?.ingress ?? [],
    managers: writers.map(({ manager = "" }) => manager),
  };
}

export function isOurs(
  { entries, managers }: FoundStatus,
  addresses: readonly LoadBalancerAddress[],
  manager: string,
): boolean {
  // We write no ports.
  if (entries.some(({ hasPorts }) => hasPorts) || !sameAddresses(entries, addresses)) return false;
  return managers.length === 0 || managers.includes(manager);
}

/** The name on our writes: one for all agents of a Lintel cluster, as clusters' names are unique. */
export function statusManager(cluster: string): string {
  return `lintel-agent-${cluster}`;
}
