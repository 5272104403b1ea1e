/** Pod, v1: its addresses and whether it still owns them. */
import * as z from "zod";
import type { Pod } from "../state.ts";
import { defaultedText, ipAddress, listOf, optionalTextOf, section } from "./fields.ts";
import { namespacedMetadata } from "./metadata.ts";

const status = z.object({
  phase: defaultedText(z.enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"]), "Pending"),
  podIP: optionalTextOf(ipAddress),
  podIPs: listOf(z.object({ ip: ipAddress })),
});

export const pod = z
  .object({ metadata: namespacedMetadata(), status: section(status) })
  .transform(({ metadata, status }): Pod => {
    const podIPs = status.podIPs.map(({ ip }) => ip);
    // Objects of clusters older than dual-stack have `podIP` alone.
    if (podIPs.length === 0 && status.podIP !== undefined) podIPs.push(status.podIP);
    return { metadata, podIPs, phase: status.phase };
  });
