/** What the sections of a snapshot hold: one zod schema a record, from which the types follow. */
import { zoneRecordSchema } from "./dns-records.ts";
import { filtersSchema } from "./filters.ts";
import { hostKeySchema, objectNameSchema } from "./names.ts";
import * as z from "./schema.ts";

const portNumber = z.int().check(z.minimum(1), z.maximum(65535));
const protocol = z.enum(["TCP", "UDP", "SCTP"]);

/** Where a route sends requests. Gateway API `backendRefs`: chance is weight over the sum of weights. */
export const backendSchema = z.strictObject({
  service: objectNameSchema,
  /** The number of a port of the Service (not of its pods). */
  port: portNumber,
  weight: z.int().check(z.minimum(0), z.maximum(1_000_000)),
});

/**
 * Gateway API HTTPRouteMatch. `PathPrefix` matches whole path elements and has no slash at its end, `/` alone excepted.
 * `RegularExpression` is anchored at its start only and ignores case (expression.ts says what it may hold); a host has
 * either such paths alone, or none.
 */
export const routeMatchSchema = z.strictObject({
  path: z.strictObject({
    type: z.enum(["Exact", "PathPrefix", "RegularExpression"]),
    value: z.string().check(z.startsWith("/")),
  }),
});

export const routeSchema = z.strictObject({
  /** The Ingress that asked for it. */
  ingress: objectNameSchema,
  match: routeMatchSchema,
  /** Empty when none could be resolved: such a route answers 503. */
  backends: z.array(backendSchema),
  filters: z.optional(filtersSchema),
});

/** Section `hosts`, by hostname, wildcard or DEFAULT_HOST. At most one route a match. */
export const hostRecordSchema = z.strictObject({ routes: z.array(routeSchema) });

export const servicePortSchema = z.strictObject({
  /** Empty when the Service's only port has none. */
  name: z.string(),
  protocol,
  port: portNumber,
});

export const endpointSchema = z.strictObject({
  /** Canonical text, see address.ts. */
  address: z.string(),
  hostname: z.optional(z.string()),
  /** A missing condition counts as ready (EndpointConditions). */
  ready: z.boolean(),
  /** Terminating, not ready any more, and still serving: for balancing where no endpoint is ready. DNS has no use for it. */
  draining: z.optional(z.literal(true)),
  /** The pod behind it, where it has no hostname: for people, and for DNS where pods name endpoints (`endpoint_pod_names`). */
  pod: z.optional(z.string()),
  /** The zones that should use it (EndpointHints), sorted; absent without hints. */
  zones: z.optional(z.array(z.string())),
});

/** Endpoints that share their ports, as in an EndpointSlice; `name` ties a port to the Service's port. */
export const subsetSchema = z.strictObject({
  ports: z.array(servicePortSchema),
  endpoints: z.array(endpointSchema),
});

/** What services of every kind may have for DNS. */
const dnsOfService = {
  /** Where clients outside the cluster reach it: its load balancer's addresses and names, and its external addresses. */
  external: z.optional(z.strictObject({ addresses: z.array(z.string()), hostnames: z.array(z.string()) })),
  /** The `selection`s of kubernetes plugins that leave it out (`labels`). */
  hiddenFrom: z.optional(z.array(z.int().check(z.minimum(0)))),
};

/** Section `services`, by `namespace/name`. One record serves balancing and DNS alike. */
export const serviceRecordSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("clusterIP"),
    ...dnsOfService,
    /** Canonical, one a family, the primary family first; empty for a Service that never was in a cluster. */
    clusterIPs: z.array(z.string()),
    ports: z.array(servicePortSchema),
    subsets: z.array(subsetSchema),
  }),
  z.strictObject({
    kind: z.literal("headless"),
    ...dnsOfService,
    /** `spec.publishNotReadyAddresses`: DNS names endpoints that are not ready as well. */
    publishNotReady: z.boolean(),
    ports: z.array(servicePortSchema),
    subsets: z.array(subsetSchema),
  }),
  z.strictObject({
    kind: z.literal("externalName"),
    ...dnsOfService,
    externalName: z.string(),
    ports: z.array(servicePortSchema),
  }),
]);

/** Section `certificates`, by server name: exact, or `*.` and a hostname. */
export const certificateRecordSchema = z.strictObject({
  /** PEM, leaf first. */
  chain: z.string(),
  /** The private key's PKCS #8 PEM, sealed (seal.ts) with the server name's record key as its purpose. */
  key: z.string(),
  /** Seconds since 1970. */
  notAfter: z.int(),
  /** The Secret it came from. */
  secret: objectNameSchema,
});

/** What an address is called in reverse DNS. */
export const addressNameSchema = z.union([
  /** A cluster address of a Service, or with `endpoint`, its label below a Service's name, one of its endpoints. */
  z.strictObject({ service: objectNameSchema, endpoint: z.optional(z.string()) }),
  /** A Service that clients outside the cluster reach there (its `external`). */
  z.strictObject({ external: objectNameSchema }),
  /** A pod; listed only where the pod zone is `verified`. */
  z.strictObject({ pod: objectNameSchema }),
]);

/** Section `addresses`, by addressBlock(): canonical address to its names. */
export const addressRecordSchema = z.strictObject({
  names: z.record(z.string(), z.array(addressNameSchema).check(z.minLength(1))),
});

/** Every section, with the schemas of its keys and records. */
export const SECTIONS = {
  hosts: { key: hostKeySchema, record: hostRecordSchema },
  services: { key: objectNameSchema, record: serviceRecordSchema },
  certificates: { key: hostKeySchema, record: certificateRecordSchema },
  addresses: { key: z.string(), record: addressRecordSchema },
  zones: { key: z.string(), record: zoneRecordSchema },
} as const;

export type Section = keyof typeof SECTIONS;
export const SECTION_NAMES: readonly Section[] = ["addresses", "certificates", "hosts", "services", "zones"];

export type RecordOf<S extends Section> = z.output<(typeof SECTIONS)[S]["record"]>;
export type Backend = z.output<typeof backendSchema>;
export type Route = z.output<typeof routeSchema>;
export type RouteMatch = z.output<typeof routeMatchSchema>;
export type HostRecord = RecordOf<"hosts">;
export type ServicePort = z.output<typeof servicePortSchema>;
export type Endpoint = z.output<typeof endpointSchema>;
export type Subset = z.output<typeof subsetSchema>;
export type ServiceRecord = RecordOf<"services">;
export type CertificateRecord = RecordOf<"certificates">;
export type AddressName = z.output<typeof addressNameSchema>;
export type AddressRecord = RecordOf<"addresses">;
export type ZoneRecord = RecordOf<"zones">;

/** The records of a whole snapshot before they are cut into shards. */
export type Records = { [S in Section]: ReadonlyMap<string, RecordOf<S>> };
