/** The zones of a Cloudflare account and their certificates, through Cloudflare's own SDK. */
import { NotFoundError } from "cloudflare";
import * as z from "zod";
import { MalformedError, parseAs } from "../../contract/index.ts";
import { type ApiAccess, createClient } from "../cloudflare-client.ts";
import { storeErrorOf } from "./cloudflare-errors.ts";
import { CertificateStoreError } from "./error.ts";
import { listAll } from "./paging.ts";

export interface Zone {
  readonly id: string;
  /** Its domain, in lower case. */
  readonly name: string;
}

/** A certificate pack: what Cloudflare serves, or is about to serve, for some hosts. */
export interface CertificatePack {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  /** Hostnames and wildcards. */
  readonly hosts: readonly string[];
}

/** An uploaded certificate, as the API tells of it. It never gives the PEM back. */
export interface CustomCertificate {
  readonly id: string;
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly issuer: string;
  /** When it was uploaded or last changed, in milliseconds since 1970. */
  readonly changed: number;
}

export interface Upload {
  /** PEM of the leaf alone: Cloudflare finds the intermediates itself, and replaces them as they expire. */
  readonly certificate: string;
  /** PKCS #8 PEM. */
  readonly privateKey: string;
}

/** Every method throws CertificateStoreError. */
export interface ZoneApi {
  /** All that the token may see of the account, or the zones that were given. */
  zones(signal: AbortSignal): Promise<Zone[]>;
  /** Of every status. */
  packs(zone: Zone, signal: AbortSignal): Promise<CertificatePack[]>;
  customCertificates(zone: Zone, signal: AbortSignal): Promise<CustomCertificate[]>;
  upload(zone: Zone, upload: Upload, signal: AbortSignal): Promise<CustomCertificate>;
  /** Without a gap: Cloudflare drops the old one once the new one is served. The identifier may change. */
  replace(zone: Zone, id: string, upload: Upload, signal: AbortSignal): Promise<CustomCertificate>;
  /** One that is gone already is no error. */
  remove(zone: Zone, id: string, signal: AbortSignal): Promise<void>;
}

export interface ZoneApiOptions extends ApiAccess {
  readonly accountId: string;
  /** The zones to work on; when empty, those of the account are found out. */
  readonly zoneIds?: readonly string[] | undefined;
}

const zoneSchema = z.looseObject({ id: z.string().min(1), name: z.string().min(1) });

const packSchema = z.looseObject({
  id: z.string().min(1),
  type: z.string(),
  status: z.string(),
  hosts: z.array(z.string()),
});

const instant = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((ms) => !Number.isNaN(ms), "is not a time");

const customSchema = z.looseObject({
  id: z.string().min(1),
  hosts: z.array(z.string()),
  expires_on: instant,
  issuer: z.string().default(""),
  uploaded_on: instant.optional(),
  modified_on: instant.optional(),
});

const PERMISSIONS = {
  zones: "Zone: Read",
  read: "SSL and Certificates: Read",
  write: "SSL and Certificates: Edit",
} as const;

export function createZoneApi(options: ZoneApiOptions): ZoneApi {
  const { accountId, zoneIds = [] } = options;
  const client = createClient(options);

  async function call<T>(operation: string, permission: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof MalformedError) {
        throw new CertificateStoreError({
          operation,
          reason: "rejected",
          problem: `the answer is not that of Cloudflare's API (${error.message})`,
          remedy: "check the API's URL",
          cause: error,
        });
      }
      throw storeErrorOf(operation, permission, error);
    }
  }

  return {
    zones: (signal) =>
      call(`list the zones of account ${accountId}`, PERMISSIONS.zones, async () => {
        const found =
          zoneIds.length > 0
            ? await Promise.all(zoneIds.map((zone_id) => client.zones.get({ zone_id }, { signal })))
            : await listAll((page) => client.zones.list({ account: { id: accountId }, ...page }, { signal }));
        return found.map((zone) => {
          const { id, name } = parseAs("zone", zoneSchema, zone);
          return { id, name: name.toLowerCase() };
        });
      }),
    packs: (zone, signal) =>
      call(`list the certificate packs of zone ${zone.name}`, PERMISSIONS.read, async () => {
        const found = await listAll((page) =>
          client.ssl.certificatePacks.list({ zone_id: zone.id, status: "all", ...page }, { signal }),
        );
        return found.map((pack) => parseAs("certificate pack", packSchema, pack));
      }),
    customCertificates: (zone, signal) =>
      call(`list the custom certificates of zone ${zone.name}`, PERMISSIONS.read, async () => {
        const found = await listAll((page) =>
          client.customCertificates.list({ zone_id: zone.id, ...page }, { signal }),
        );
        return found.map(customCertificateOf);
      }),
    upload: (zone, { certificate, privateKey }, signal) =>
      call(`upload a certificate to zone ${zone.name}`, PERMISSIONS.write, async () =>
        customCertificateOf(
          await client.customCertificates.create(
            { zone_id: zone.id, certificate, private_key: privateKey, type: "sni_custom" },
            { signal },
          ),
        ),
      ),
    replace: (zone, id, { certificate, privateKey }, signal) =>
      call(`replace certificate ${id} of zone ${zone.name}`, PERMISSIONS.write, async () =>
        customCertificateOf(
          await client.customCertificates.edit(
            id,
            { zone_id: zone.id, certificate, private_key: privateKey },
            { signal },
          ),
        ),
      ),
    remove: (zone, id, signal) =>
      call(`delete certificate ${id} of zone ${zone.name}`, PERMISSIONS.write, async () => {
        try {
          await client.customCertificates.delete(id, { zone_id: zone.id }, { signal });
        } catch (error) {
          if (!(error instanceof NotFoundError)) throw error;
        }
      }),
  };
}

function customCertificateOf(value: unknown): CustomCertificate {
  const { id, hosts, expires_on, issuer, uploaded_on, modified_on } = parseAs(
    "custom certificate",
    customSchema,
    value,
  );
  return {
    id,
    hosts: hosts.map((host) => host.toLowerCase()),
    expires: expires_on,
    issuer,
    changed: Math.max(uploaded_on ?? 0, modified_on ?? 0),
  };
}
