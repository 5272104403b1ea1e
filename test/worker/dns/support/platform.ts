import type { AdmissionPlatform } from "../../../../worker/dns/doh/admission.ts";
import type { PluginPlatform } from "../../../../worker/dns/plugins.ts";
import type { Asker } from "../../../../worker/dns/responder.ts";

/** Nobody is reached over the network, and nothing is random. */
export const PLATFORM: Omit<PluginPlatform, "resolve"> & AdmissionPlatform = {
  now: () => 1_762_000_000_000,
  random: () => 0,
  log: () => undefined,
  waitUntil: () => undefined,
  delay: () => Promise.resolve(),
  fetch: async (input) => {
    throw new TypeError(`nothing is reached at ${typeof input === "string" ? input : input.url}`);
  },
};

/** Whoever may see everything. */
export const ASKER: Asker = { client: { address: "203.0.113.9" }, visible: { forward: true } };
