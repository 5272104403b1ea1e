import * as z from "../contract/schema.ts";
import {
  checkAs,
  clusterNameSchema,
  type DnsAccess,
  dnsAccessSchema,
  hostnameSchema,
  LOCAL_SYSTEM_HOST,
} from "../contract/index.ts";

/**
 * What the platform hands to the Worker: the bindings, variables and secrets of all environments of `wrangler.toml`, as
 * `wrangler types` has them. All but KV may be missing; readConfig says which of it must not.
 */
export interface EdgeEnv extends Readonly<Pick<Env, "KV"> & Partial<Omit<Env, "KV">>> {
  /** The public network, and nothing else; what the platform's own `fetch` reaches where it is not bound. */
  readonly INTERNET?: Fetcher;
  /** Workers Analytics Engine: a data point a request. */
  readonly METRICS?: AnalyticsEngineDataset;
  /** The share of the traces that begin here which are marked as sampled: 0 to 1, which is the default. */
  readonly LINTEL_TRACE_SAMPLING?: string;
  /** Set by the embedded edge alone: proves that client facts were written by its own listener. */
  readonly LINTEL_CLIENT_SECRET?: string;
  /** A team's domain and an application's AUD tag: the Cloudflare Access application before the system host. */
  readonly LINTEL_ACCESS_APPLICATION?: string;
}

const ACCESS_APPLICATION = /^([a-z0-9-]+\.cloudflareaccess\.com) ([0-9a-f]{64})$/;

const share = z.string().check(z.refine(isShare, "is no number from 0 to 1"));

/** Of variables as textsOf() gives them. It changes nothing, so that an isolate's first request need not wait for zod. */
const schema = z.strictObject({
  LINTEL_CLUSTERS: z
    .array(clusterNameSchema)
    .check(z.refine((names) => names.length === 1, "must name exactly one cluster")),
  LINTEL_PUBLIC_KEY: z
    .string()
    .check(
      z.regex(
        /^[A-Za-z0-9+/]{43}=$/,
        "is no public key; give it the content of signing.pub, which `lintel keys` writes",
      ),
    ),
  LINTEL_SYSTEM_HOST: hostnameSchema,
  LINTEL_DNS_ACCESS: dnsAccessSchema,
  LINTEL_DNS_TOKEN: z.string(),
  LINTEL_ACCESS_APPLICATION: z
    .string()
    .check(
      z.refine(
        (text) => text === "" || ACCESS_APPLICATION.test(text),
        "is not a team's domain and an application's AUD tag, as in `example.cloudflareaccess.com 4714…`",
      ),
    ),
  LINTEL_GATEWAY_URL: z
    .string()
    .check(
      z.refine(
        (text) => text === "" || isHttpsOrigin(text),
        "is not the origin of an HTTPS gateway, as in https://gateway.example.com",
      ),
    ),
  LINTEL_GATEWAY_SECRET: z.string(),
  LINTEL_CLIENT_SECRET: z.string(),
  LINTEL_ACCESS_LOG: share,
  LINTEL_TRACE_SAMPLING: share,
  LINTEL_ZONE: z.string(),
});

/** With defaults, and without what makes no difference. What is no text is the schema's to refuse. */
function textsOf(env: EdgeEnv) {
  return {
    LINTEL_CLUSTERS: listOf(env.LINTEL_CLUSTERS ?? "default"),
    LINTEL_PUBLIC_KEY: trimmed(env.LINTEL_PUBLIC_KEY),
    LINTEL_SYSTEM_HOST: inLowerCase(env.LINTEL_SYSTEM_HOST),
    LINTEL_DNS_ACCESS: env.LINTEL_DNS_ACCESS ?? "token",
    LINTEL_DNS_TOKEN: env.LINTEL_DNS_TOKEN ?? "",
    LINTEL_ACCESS_APPLICATION: trimmed(env.LINTEL_ACCESS_APPLICATION ?? ""),
    LINTEL_GATEWAY_URL: trimmed(env.LINTEL_GATEWAY_URL ?? ""),
    LINTEL_GATEWAY_SECRET: env.LINTEL_GATEWAY_SECRET ?? "",
    LINTEL_CLIENT_SECRET: env.LINTEL_CLIENT_SECRET ?? "",
    LINTEL_ACCESS_LOG: inDigits(env.LINTEL_ACCESS_LOG, { "": "0", off: "0", on: "1" }),
    LINTEL_TRACE_SAMPLING: inDigits(env.LINTEL_TRACE_SAMPLING, { "": "1" }),
    LINTEL_ZONE: trimmed(env.LINTEL_ZONE ?? ""),
  };
}

const listOf = (value: unknown): unknown =>
  typeof value === "string" ? value.split(",").map((name) => name.trim()) : value;
const trimmed = (value: unknown): unknown => (typeof value === "string" ? value.trim() : value);
const inLowerCase = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);

/** A share of all requests, or a word for one. */
function inDigits(value: unknown, words: Readonly<Record<string, string>>): unknown {
  const text = inLowerCase(trimmed(value ?? ""));
  return typeof text === "string" && Object.hasOwn(words, text) ? words[text] : text;
}

function isShare(text: string): boolean {
  const share = Number(text);
  return share >= 0 && share <= 1;
}

/** Requests carry the gateway's secret, hence HTTPS; their path and query are the client's, hence nothing after the host. */
function isHttpsOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" && url.href === `${url.origin}/`;
}

export interface EdgeConfig {
  readonly cluster: string;
  readonly publicKey: string;
  readonly systemHost: string;
  /** All names of the system host: its own, and in the embedded edge the one that browsers find by themselves. */
  readonly systemHosts: ReadonlySet<string>;
  readonly dnsAccess: DnsAccess;
  readonly dnsToken: string | undefined;
  /** The Cloudflare Access application in front of the system host: whom it lets in may see the dashboard. */
  readonly accessApplication: { readonly team: string; readonly audience: string } | undefined;
  /** The origin at which the gateway is reached where no CLUSTER is bound. */
  readonly gatewayUrl: string | undefined;
  readonly gatewaySecret: string;
  readonly clientSecret: string;
  /** The zone of the cluster that the gateway stands in: endpoints with a hint for it are preferred. */
  readonly zone: string | undefined;
  /** The share of requests that the access log has, and of new traces that are marked as sampled. */
  readonly accessLog: number;
  readonly traceSampling: number;
}

/** A variable of the Worker is missing or wrong. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** @throws ConfigError naming the variable and the remedy. */
export function readConfig(env: EdgeEnv): EdgeConfig {
  const { data: vars, problem } = checkAs(schema, textsOf(env));
  if (problem !== undefined) {
    throw new ConfigError(`variable ${problem.path[0]?.toString() ?? "?"}: ${problem.message}`);
  }
  const [cluster = ""] = vars.LINTEL_CLUSTERS;
  const [, team, audience] = ACCESS_APPLICATION.exec(vars.LINTEL_ACCESS_APPLICATION) ?? [];
  return {
    cluster,
    publicKey: vars.LINTEL_PUBLIC_KEY,
    systemHost: vars.LINTEL_SYSTEM_HOST,
    systemHosts: new Set([
      vars.LINTEL_SYSTEM_HOST,
      ...(vars.LINTEL_CLIENT_SECRET === "" ? [] : [LOCAL_SYSTEM_HOST]),
    ]),
    dnsAccess: vars.LINTEL_DNS_ACCESS,
    dnsToken: vars.LINTEL_DNS_TOKEN || undefined,
    accessApplication: team === undefined || audience === undefined ? undefined : { team, audience },
    gatewayUrl: vars.LINTEL_GATEWAY_URL === "" ? undefined : new URL(vars.LINTEL_GATEWAY_URL).origin,
    gatewaySecret: vars.LINTEL_GATEWAY_SECRET,
    clientSecret: vars.LINTEL_CLIENT_SECRET,
    zone: vars.LINTEL_ZONE || undefined,
    accessLog: Number(vars.LINTEL_ACCESS_LOG),
    traceSampling: Number(vars.LINTEL_TRACE_SAMPLING),
  };
}
