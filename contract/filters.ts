/**
 * What happens to a route's requests besides being forwarded. One record a route; what is absent does not apply. The
 * order in which the edge runs them is theirs alone (worker/ingress/filters/order.ts), not that of these fields.
 *
 * A `template` is text with nginx's variables (`$host`, `$request_uri`, `$1` …), expanded at the edge.
 */
import * as z from "zod";
import { objectNameSchema } from "./names.ts";

const template = z.string();
const milliseconds = z.int().min(1);
const redirectStatus = z.int().min(300).max(399);
/** Address ranges in CIDR notation. */
const ranges = z.array(z.string());
const headerMap = z.record(z.string(), z.string());

/** Where the edge itself sends a request. */
export const targetSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("service"),
    service: objectNameSchema,
    port: z.int().min(1).max(65535),
    scheme: z.enum(["http", "https"]),
    /** The host that the URL names, without its port: it is presented as Host. */
    host: z.string(),
    /** Path and query, a template. */
    path: template,
  }),
  /**
   * To a host that the edge serves itself, or else over the public network. Where the origin holds variables, which
   * clients have a say in, to the former alone.
   */
  z.strictObject({
    kind: z.literal("url"),
    /** `https://auth.example.com:8443`, `https://$host`; a template. */
    origin: template,
    /** Path and query, a template. */
    path: template,
  }),
]);

export const redirectSchema = z.strictObject({
  /** An absolute URL or a path. */
  location: template,
  status: redirectStatus,
});

export const corsSchema = z.strictObject({
  /** `*`, an origin, or an origin whose host begins with `*.` (one label or more). */
  origins: z.array(z.string()),
  methods: z.string(),
  headers: z.string(),
  exposeHeaders: z.string().optional(),
  credentials: z.boolean(),
  /** Seconds. */
  maxAge: z.int().min(0),
});

export const basicAuthSchema = z.strictObject({
  realm: z.string(),
  /** User to hash: bcrypt, apr1, {SHA} or {SSHA}, as in a htpasswd file. */
  users: z.record(z.string(), z.string()),
});

export const externalAuthSchema = z.strictObject({
  target: targetSchema,
  method: z.string().optional(),
  /** Where a 401 sends the client, with 302; a template. */
  signin: template.optional(),
  /** Headers of the service's answer that go on to the upstream. */
  responseHeaders: z.array(z.string()),
  /** What X-Auth-Request-Redirect says, a template; the request's own path and query without. */
  requestRedirect: template.optional(),
  /** Headers that are set on the question: name to template. */
  requestHeaders: headerMap,
  /** Whether the service's Set-Cookie goes to the client with every status; with successes and redirects alone else. */
  alwaysSetCookie: z.boolean(),
  cache: z
    .strictObject({
      key: template,
      /** Seconds by status, or for `any`; of a status that is not named nothing is kept. */
      seconds: z.record(z.string(), z.int().min(0)),
    })
    .optional(),
});

export const jwtAuthSchema = z.strictObject({
  issuer: z.string(),
  /** One of which a token must be for; any will do where there is none. */
  audiences: z.array(z.string()),
  /** Where the issuer publishes its keys (RFC 7517 5). */
  keys: targetSchema,
  /** Header to the claim that it tells the upstream. */
  claimHeaders: headerMap,
});

export const accessSchema = z.strictObject({
  /** Whether all of what stands here must let a request pass, or any (nginx `satisfy`). */
  satisfy: z.enum(["all", "any"]),
  allow: ranges.optional(),
  deny: ranges.optional(),
  basic: basicAuthSchema.optional(),
  external: externalAuthSchema.optional(),
  jwt: jwtAuthSchema.optional(),
});

export const limitsSchema = z.strictObject({
  /** Whose requests are counted together: the client address, or a request header. */
  by: z.union([z.literal("address"), z.strictObject({ header: z.string() })]),
  perSecond: z.int().min(1).optional(),
  perMinute: z.int().min(1).optional(),
  connections: z.int().min(1).optional(),
  burstMultiplier: z.int().min(1),
  /** Addresses that are not limited. */
  exempt: ranges,
  /** What excess is answered with. */
  status: z.int().min(400).max(599),
});

export const mirrorSchema = z.strictObject({
  target: targetSchema,
  host: z.string().optional(),
  body: z.boolean(),
});

/** A Service's name and port as an Ingress writes them; empty where its backend is none. */
const writtenBackend = z.strictObject({ service: z.string(), port: z.string() });

export const errorPagesSchema = z.strictObject({
  statuses: z.array(z.int().min(300).max(599)),
  /** Who makes the pages; the edge itself without. */
  backend: z.strictObject({ service: objectNameSchema, port: z.int().min(1).max(65535) }).optional(),
  /** The edge's own errors alone: what the Service answers goes to the client as it is. */
  edgeOnly: z.literal(true).optional(),
  /** What failed, for X-Service-Name and X-Service-Port. */
  failed: writtenBackend,
});

export const standInSchema = z.strictObject({
  service: objectNameSchema,
  port: z.int().min(1).max(65535),
  /** What it stands in for. */
  failed: writtenBackend,
});

export const cacheSchema = z.strictObject({
  /** Seconds that a response stays fresh whose headers do not say. */
  ttl: z.int().min(0).optional(),
  /** Seconds that a stale one may be served while it is fetched anew. */
  staleWhileRevalidate: z.int().min(0).optional(),
  /** Seconds that a stale one may be served where a newer one cannot be had. */
  staleIfError: z.int().min(0).optional(),
  /** The cookies that responses depend on. Without, only what declares itself cacheable is for requests with cookies. */
  keyCookies: z.array(z.string()).optional(),
});

/** What is tried again, as in nginx's `proxy_next_upstream`. */
export const retryConditionSchema = z.union([
  z.enum(["error", "timeout", "invalid_header", "non_idempotent"]),
  z.int().min(400).max(599),
]);

export const forwardingSchema = z.strictObject({
  scheme: z.enum(["http", "https"]).optional(),
  /** The name to verify an https upstream's certificate for; unverified without. */
  verify: z.string().optional(),
  connectMs: milliseconds.optional(),
  /** Between two reads. */
  readMs: milliseconds.optional(),
  sendMs: milliseconds.optional(),
  retryOn: z.array(retryConditionSchema).optional(),
  /** 0 means as many as there are endpoints. */
  tries: z.int().min(0).optional(),
  triesMs: milliseconds.optional(),
  /** To the Service's cluster address, without balancing of the edge's own (`service-upstream`). */
  viaService: z.literal(true).optional(),
  /** The upstream is asked to close the connection behind the response (`connection-proxy-header`). */
  close: z.literal(true).optional(),
  /** Statuses that count as failures of the endpoint that answers with them. */
  unhealthy: z.array(z.int().min(400).max(599)).optional(),
});

export const balanceSchema = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("round_robin") }),
  z.strictObject({ by: z.literal("ewma") }),
  z.strictObject({ by: z.literal("least_connections") }),
  z.strictObject({
    by: z.literal("hash"),
    key: template,
    /** How many endpoints share a key; one without. */
    subset: z.int().min(1).optional(),
  }),
]);

export const affinitySchema = z.strictObject({
  cookie: z.string(),
  /** `persistent_drainable` stays with an endpoint until it is gone, the others until it is not ready any more. */
  mode: z.enum(["balanced", "persistent", "persistent_drainable"]),
  /** Whether a client stays on its side of a canary. */
  stickyCanary: z.boolean(),
  /** The route's own path without. */
  path: z.string().optional(),
  domain: z.string().optional(),
  /** Seconds; less than 0 is in the past. */
  maxAge: z.int().optional(),
  expires: z.int().optional(),
  sameSite: z.enum(["Strict", "Lax", "None"]).optional(),
  /** No `SameSite=None` for browsers that take it for `Strict`. */
  conditionalSameSiteNone: z.literal(true).optional(),
  /** `Secure` also where the request came over plain http. */
  secure: z.literal(true).optional(),
  /** `Partitioned`: a cookie of its own for each site that embeds this one. */
  partitioned: z.literal(true).optional(),
  /** A client whose endpoint fails gets another one; without, it stays with the one that it has. */
  changeOnFailure: z.literal(true).optional(),
});

export const canarySchema = z.strictObject({
  /** The canary's Ingress. */
  ingress: objectNameSchema,
  service: objectNameSchema,
  port: z.int().min(1).max(65535),
  /** With a value or (where there is none) a pattern, a header that it fits; else one that says `always` or `never`. */
  header: z
    .strictObject({ name: z.string(), value: z.string().optional(), pattern: z.string().optional() })
    .optional(),
  /** One that says `always` or `never`. */
  cookie: z.string().optional(),
  /** How many of `total` requests that neither header nor cookie decides. */
  weight: z.int().min(0),
  total: z.int().min(1),
});

export const filtersSchema = z.strictObject({
  /** Set where something that restricts access could not be read: every request is refused. */
  closed: z.literal(true).optional(),
  /** Bytes. */
  maxBody: z.int().min(1).optional(),
  /** Plain http is sent to https, without the slash that its URL ends with unless that is kept. */
  toHttps: z.strictObject({ status: redirectStatus, keepsSlash: z.literal(true).optional() }).optional(),
  redirect: redirectSchema.optional(),
  /** Where a request for `/` alone is sent, a template. */
  appRoot: template.optional(),
  cors: corsSchema.optional(),
  limits: limitsSchema.optional(),
  access: accessSchema.optional(),
  cache: cacheSchema.optional(),
  mirror: mirrorSchema.optional(),
  /** The path that the upstream sees, a template over the match's groups; an absolute URL redirects (302). */
  rewrite: template.optional(),
  /** The Host that the upstream sees; a template. */
  upstreamHost: template.optional(),
  /** What X-Forwarded-Prefix says, a template. */
  forwardedPrefix: template.optional(),
  requestHeaders: headerMap.optional(),
  responseHeaders: headerMap.optional(),
  errorPages: errorPagesSchema.optional(),
  /** A Service that answers where the route's own has no endpoint. */
  standIn: standInSchema.optional(),
  /** In Location and Refresh of responses: a prefix and what it becomes, both templates. */
  redirectRewrite: z.strictObject({ from: z.string(), to: z.string() }).optional(),
  /** In Set-Cookie of responses: a domain without a dot at its start, and what it becomes, a template. */
  cookieDomain: z.strictObject({ from: z.string(), to: z.string() }).optional(),
  /** In Set-Cookie of responses: a prefix of the path, and what it becomes, a template. */
  cookiePath: z.strictObject({ from: z.string(), to: z.string() }).optional(),
  forwarding: forwardingSchema.optional(),
  balance: balanceSchema.optional(),
  affinity: affinitySchema.optional(),
  canary: canarySchema.optional(),
  /** Strict-Transport-Security of https responses. */
  hsts: z.string().optional(),
  /** Requests are not logged. */
  silent: z.literal(true).optional(),
});

export type Filters = z.output<typeof filtersSchema>;
export type Target = z.output<typeof targetSchema>;
export type Redirect = z.output<typeof redirectSchema>;
export type Cors = z.output<typeof corsSchema>;
export type BasicAuth = z.output<typeof basicAuthSchema>;
export type ExternalAuth = z.output<typeof externalAuthSchema>;
export type JwtAuth = z.output<typeof jwtAuthSchema>;
export type Access = z.output<typeof accessSchema>;
export type Limits = z.output<typeof limitsSchema>;
export type Mirror = z.output<typeof mirrorSchema>;
export type ErrorPages = z.output<typeof errorPagesSchema>;
export type StandIn = z.output<typeof standInSchema>;
export type Cache = z.output<typeof cacheSchema>;
export type Forwarding = z.output<typeof forwardingSchema>;
export type RetryCondition = z.output<typeof retryConditionSchema>;
export type Balance = z.output<typeof balanceSchema>;
export type Affinity = z.output<typeof affinitySchema>;
export type Canary = z.output<typeof canarySchema>;
