/** Whether what Cloudflare holds for a zone covers a server name. Pure. */
import { serverNameKeys } from "../../contract/index.ts";
import type { CertificatePack } from "./zone-api.ts";

/**
 * - `active`: it is served.
 * - `pending`: a pack that will cover it is on its way.
 * - `failed`: the pack that would cover it was not validated, issued or deployed in time.
 * - `none`: no pack covers it.
 */
export type Coverage =
  | { readonly outcome: "active" | "none" }
  | { readonly outcome: "pending" | "failed"; readonly pack: CertificatePack };

const ACTIVE = new Set(["active", "pending_expiration"]);
const PENDING = new Set([
  "initializing",
  "pending_validation",
  "pending_issuance",
  "pending_deployment",
  "holding_deployment",
  "staging_deployment",
  "staging_active",
]);
const FAILED = new Set([
  "initializing_timed_out",
  "validation_timed_out",
  "issuance_timed_out",
  "deployment_timed_out",
]);

/** Packs of custom hostnames (Cloudflare for SaaS) serve other zones' names. */
const OTHERS = new Set(["managed_hostname", "mh_custom"]);

/** A wildcard in a pack stands for exactly one label, so a server name that is a wildcard itself needs the same one. */
export function coverageOf(serverName: string, packs: readonly CertificatePack[]): Coverage {
  const names = new Set(serverNameKeys(serverName));
  const covering = packs.filter(
    ({ type, hosts }) => !OTHERS.has(type) && hosts.some((host) => names.has(host.toLowerCase())),
  );
  if (covering.some(({ status }) => ACTIVE.has(status))) return { outcome: "active" };
  const pending = covering.find(({ status }) => PENDING.has(status));
  if (pending !== undefined) return { outcome: "pending", pack: pending };
  const failed = covering.find(({ status }) => FAILED.has(status));
  return failed === undefined ? { outcome: "none" } : { outcome: "failed", pack: failed };
}
