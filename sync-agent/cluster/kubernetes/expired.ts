import type { KubeError } from "../../kubernetes/client.ts";

/** The server no longer has the version that was asked for: what follows it cannot be told, only what there is now. */
export function isExpired({ status, reason }: KubeError): boolean {
  return status === 410 || reason === "Expired" || reason === "Gone";
}
