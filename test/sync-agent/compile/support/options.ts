import { loadSealer } from "../../../../contract/index.ts";
import type { CompileOptions } from "../../../../sync-agent/compile/compile.ts";

/** The time of every test: certificates are made around it. */
export const NOW = Date.parse("2026-06-01T12:00:00Z");

export const sealer = await loadSealer("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=");

export const OPTIONS: CompileOptions = {
  ingressClass: "lintel",
  adoptedClasses: [],
  systemHost: undefined,
  dns: { domain: "cluster.local", ttl: 5, pods: "insecure" },
  now: NOW,
  sealer,
};
