/**
 * What happens to a route's requests besides being forwarded. One record a route; what is absent does not apply. The
 * order in which the edge runs them is theirs alone (worker/ingress/filters/order.ts), not that of these fields.
 *
 * A `template` is text with nginx's variables (`$host`, `$request_uri`, `$1` …), expanded at the edge.
 */
import { objectNameSchema } from "./names.ts";
import * as z from "./schema.ts";

const template = z.string();
const milliseconds = z.int().check(z.minimum(1));
const redirectStatus = z.int().check(z.minimum(300), z.maximum(399));
/** Address ranges in CIDR notation. */
const ranges = z.array(z.string());
const headerMap = z.record(z.string(), z.string());

/** Where the edge itself sends a request. */
export const targetSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("service"),
    service: objectNameSchema,
    port: z.int().check(z.minimum(1), z.maximum(65535)),
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
  exposeHeaders: z.optional(z.string()),
  credentials: z.boolean(),
  /** Seconds. */
  maxAge: z.int().check(z.minimum(0)),
});

export const basicAuthSchema = z.strictObject({
  realm: z.string(),
  /** User to hash: bcrypt, apr1, {SHA} or {SSHA}, as in a htpasswd file. */
  users: z.record(z.string(), z.string()),
});

export const externalAuthSchema = z.strictObject({
  target: targetSchema,
  method: z.optional(z.string()),
  /** Where a 401 sends the client, with 302; a template. */
  signin: z.optional(template),
  /** Headers of the service's answer that go on to the upstream. */
  responseHeaders: z.array(z.string()),
  /** What X-Auth-Request-Redirect says, a template; the request's own path and query without. */
  requestRedirect: z.optional(template),
  /** Headers that are set on the question: name to template. */
  requestHeaders: headerMap,
  /** Whether the service's Set-Cookie goes to the client with every status; with successes and redirects alone else. */
  alwaysSetCookie: z.boolean(),
  cache: z.optional(
    z.strictObject({
      key: template,
      /** Seconds by status, or for `any`; of a status that is not named nothing is kept. */
      seconds: z.record(z.string(), z.int().check(z.minimum(0))),
    }),
  ),
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
  allow: z.optional(ranges),
  deny: z.optional(ranges),
  basic: z.optional(basicAuthSchema),
  external: z.optional(externalAuthSchema),
  jwt: z.optional(jwtAuthSchema),
});

export const limitsSchema = z.strictObject({
  /** Whose requests are counted together: the client address, or a request header. */
  by: z.union([z.literal("address"), z.strictObject({ header: z.string() })]),
  perSecond: z.optional(z.int().check(z.minimum(1))),
  perMinute: z.optional(z.int().check(z.minimum(1))),
  connections: z.optional(z.int().check(z.minimum(1))),
  burstMultiplier: z.int().check(z.minimum(1)),
  /** Addresses that are not limited. */
  exempt: ranges,
  /** What excess is answered with. */
  status: z.int().check(z.minimum(400), z.maximum(599)),
});

export const mirrorSchema = z.strictObject({
  target: targetSchema,
  host: z.optional(z.string()),
  body: z.boolean(),
});

/** A Service's name and port as an Ingress writes them; empty where its backend is none. */
const writtenBackend = z.strictObject({ service: z.string(), port: z.string() });

export const errorPagesSchema = z.strictObject({
  statuses: z.array(z.int().check(z.minimum(300), z.maximum(599))),
  /** Who makes the pages; the edge itself without. */
  backend: z.optional(
    z.strictObject({ service: objectNameSchema, port: z.int().check(z.minimum(1), z.maximum(65535)) }),
  ),
  /** The edge's own errors alone: what the Service answers goes to the client as it is. */
  edgeOnly: z.optional(z.literal(true)),
  /** What failed, for X-Service-Name and X-Service-Port. */
  failed: writtenBackend,
});

export const standInSchema = z.strictObject({
  service: objectNameSchema,
  port: z.int().check(z.minimum(1), z.maximum(65535)),
  /** What it stands in for. */
  failed: writtenBackend,
});

export const cacheSchema = z.strictObject({
  /** Seconds that a response stays fresh whose headers do not say. */
  ttl: z.optional(z.int().check(z.minimum(0))),
  /** Seconds that a stale one may be served while it is fetched anew. */
  staleWhileRevalidate: z.optional(z.int().check(z.minimum(0))),
  /** Seconds that a stale one may be served where a newer one cannot be had. */
  staleIfError: z.optional(z.int().check(z.minimum(0))),
  /** The cookies that responses depend on. Without, only what declares itself cacheable is for requests with cookies. */
  keyCookies: z.optional(z.array(z.string())),
});

/** What is tried again, as in nginx's `proxy_next_upstream`. */
export const retryConditionSchema = z.union([
  z.enum(["error", "timeout", "invalid_header", "non_idempotent"]),
  z.int().check(z.minimum(400), z.maximum(599)),
]);

export const forwardingSchema = z.strictObject({
  scheme: z.optional(z.enum(["http", "https"])),
  /** The name to verify an https upstream's certificate for; unverified without. */
  verify: z.optional(z.string()),
  connectMs: z.optional(milliseconds),
  /** Between two reads. */
  readMs: z.optional(milliseconds),
  sendMs: z.optional(milliseconds),
  retryOn: z.optional(z.array(retryConditionSchema)),
  /** 0 means as many as there are endpoints. */
  tries: z.optional(z.int().check(z.minimum(0))),
  triesMs: z.optional(milliseconds),
  /** To the Service's cluster address, without balancing of the edge's own (`service-upstream`). */
  viaService: z.optional(z.literal(true)),
  /** The upstream is asked to close the connection behind the response (`connection-proxy-header`). */
  close: z.optional(z.literal(true)),
  /** Statuses that count as failures of the endpoint that answers with them. */
  unhealthy: z.optional(z.array(z.int().check(z.minimum(400), z.maximum(599)))),
});

export const balanceSchema = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("round_robin") }),
  z.strictObject({ by: z.literal("ewma") }),
  z.strictObject({ by: z.literal("least_connections") }),
  z.strictObject({
    by: z.literal("hash"),
    key: template,
    /** How many endpoints share a key; one without. */
    subset: z.optional(z.int().check(z.minimum(1))),
  }),
]);

export const affinitySchema = z.strictObject({
  cookie: z.string(),
  /** `persistent_drainable` stays with an endpoint until it is gone, the others until it is not ready any more. */
  mode: z.enum(["balanced", "persistent", "persistent_drainable"]),
  /** Whether a client stays on its side of a canary. */
  stickyCanary: z.boolean(),
  /** The route's own path without. */
  path: z.optional(z.string()),
  domain: z.optional(z.string()),
  /** Seconds; less than 0 is in the past. */
  maxAge: z.optional(z.int()),
  expires: z.optional(z.int()),
  sameSite: z.optional(z.enum(["Strict", "Lax", "None"])),
  /** No `SameSite=None` for browsers that take it for `Strict`. */
  conditionalSameSiteNone: z.optional(z.literal(true)),
  /** `Secure` also where the request came over plain http. */
  secure: z.optional(z.literal(true)),
  /** `Partitioned`: a cookie of its own for each site that embeds this one. */
  partitioned: z.optional(z.literal(true)),
  /** A client whose endpoint fails gets another one; without, it stays with the one that it has. */
  changeOnFailure: z.optional(z.literal(true)),
});

export const canarySchema = z.strictObject({
  /** The canary's Ingress. */
  ingress: objectNameSchema,
  service: objectNameSchema,
  port: z.int().check(z.minimum(1), z.maximum(65535)),
  /** With a value or (where there is none) a pattern, a header that it fits; else one that says `always` or `never`. */
  header: z.optional(
    z.strictObject({ name: z.string(), value: z.optional(z.string()), pattern: z.optional(z.string()) }),
  ),
  /** One that says `always` or `never`. */
  cookie: z.optional(z.string()),
  /** How many of `total` requests that neither header nor cookie decides. */
  weight: z.int().check(z.minimum(0)),
  total: z.int().check(z.minimum(1)),
});

export const filtersSchema = z.strictObject({
  /** Set where something that restricts access could not be read: every request is refused. */
  closed: z.optional(z.literal(true)),
  /** Bytes. */
  maxBody: z.optional(z.int().check(z.minimum(1))),
  /** Plain http is sent to https, without the slash that its URL ends with unless that is kept. */
  toHttps: z.optional(z.strictObject({ status: redirectStatus, keepsSlash: z.optional(z.literal(true)) })),
  redirect: z.optional(redirectSchema),
  /** Where a request for `/` alone is sent, a template. */
  appRoot: z.optional(template),
  cors: z.optional(corsSchema),
  limits: z.optional(limitsSchema),
  access: z.optional(accessSchema),
  cache: z.optional(cacheSchema),
  mirror: z.optional(mirrorSchema),
  /** The path that the upstream sees, a template over the match's groups; an absolute URL redirects (302). */
  rewrite: z.optional(template),
  /** The Host that the upstream sees; a template. */
  upstreamHost: z.optional(template),
  /** What X-Forwarded-Prefix says, a template. */
  forwardedPrefix: z.optional(template),
  requestHeaders: z.optional(headerMap),
  responseHeaders: z.optional(headerMap),
  errorPages: z.optional(errorPagesSchema),
  /** A Service that answers where the route's own has no endpoint. */
  standIn: z.optional(standInSchema),
  /** In Location and Refresh of responses: a prefix and what it becomes, both templates. */
  redirectRewrite: z.optional(z.strictObject({ from: z.string(), to: z.string() })),
  /** In Set-Cookie of responses: a domain without a dot at its start, and what it becomes, a template. */
  cookieDomain: z.optional(z.strictObject({ from: z.string(), to: z.string() })),
  /** In Set-Cookie of responses: a prefix of the path, and what it becomes, a template. */
  cookiePath: z.optional(z.strictObject({ from: z.string(), to: z.string() })),
  forwarding: z.optional(forwardingSchema),
  balance: z.optional(balanceSchema),
  affinity: z.optional(affinitySchema),
  canary: z.optional(canarySchema),
  /** Strict-Transport-Security of https responses. */
  hsts: z.optional(z.string()),
  /** Requests are not logged. */
  silent: z.optional(z.literal(true)),
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
