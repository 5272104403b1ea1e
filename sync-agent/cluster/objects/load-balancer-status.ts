/** `status` of the kinds that clients reach from outside: Ingress and Service. */
import * as z from "zod";
import type { LoadBalancerAddress } from "../state.ts";
import { listOf, optional, optionalText } from "./fields.ts";

const loadBalancerAddress = z
  .object({ ip: optionalText, hostname: optionalText })
  .transform(({ ip, hostname }): LoadBalancerAddress => ({
    ...(ip !== undefined && { ip }),
    ...(hostname !== undefined && { hostname }),
  }));

/** Absent where the status says nothing. */
export const loadBalancerStatus = optional(
  z.object({ loadBalancer: optional(z.object({ ingress: listOf(loadBalancerAddress) })) }),
).transform((status): { loadBalancer?: readonly LoadBalancerAddress[] } => {
  const loadBalancer = status?.loadBalancer?.ingress ?? [];
  return loadBalancer.length > 0 ? { loadBalancer } : {};
});
