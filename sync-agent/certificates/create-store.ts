import type { Clock } from "../clock.ts";
import type { Kv } from "../publish/kv.ts";
import { createCustomStore } from "./custom-store.ts";
import { createManagedStore } from "./managed-store.ts";
import type { CertificateMode, CertificateStore } from "./store.ts";
import { createZoneApi, type ZoneApiOptions } from "./zone-api.ts";

export interface CertificateStoreOptions extends ZoneApiOptions {
  /** Begins the key of the record of what was uploaded (mode `custom`). */
  readonly cluster: string;
  readonly kv: Pick<Kv, "get" | "put">;
  readonly clock: Clock;
}

export function createCertificateStore(
  mode: CertificateMode,
  options: CertificateStoreOptions,
): CertificateStore {
  switch (mode) {
    case "sealed":
      return sealedStore;
    case "managed":
      return createManagedStore(createZoneApi(options));
    case "custom":
      return createCustomStore({ ...options, api: createZoneApi(options) });
  }
}

/** The certificates travel in the snapshot, and the edge takes them from there. */
const sealedStore: CertificateStore = { mode: "sealed", reconcile: async () => [] };
