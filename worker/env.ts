import * as z from "zod";
import {
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

const share = z.number("is no number from 0 to 1").min(0, "is below 0").max(1, "is above 1");

/** `off`, `on`, or a share of all requests. */
function accessLogShare(text: string): number {
  const word = text.trim().toLowerCase();
  if (word === "off" || word === "") return 0;
  return word === "on" ? 1 : Number(word);
}

const schema = z.object({
  LINTEL_CLUSTERS: z
    .string()
    .default("default")
    .transform((names) => names.split(",").map((name) => name.trim()))
    .pipe(z.tuple([clusterNameSchema], "must name exactly one cluster")),
  LINTEL_PUBLIC_KEY: z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9+/]{43}=$/,
      "is no public key; give it the content of signing.pub, which `lintel keys` writes",
    ),
  LINTEL_SYSTEM_HOST: z.string().toLowerCase().pipe(hostnameSchema),
  LINTEL_DNS_ACCESS: dnsAccessSchema.default("token"),
  LINTEL_DNS_TOKEN: z
    .string()
    .optional()
    .transform((token) => token || undefined),
  LINTEL_ACCESS_APPLICATION: z
    .string()
    .trim()
    .default("")
    .refine(
      (text) => text === "" || ACCESS_APPLICATION.test(text),
      "is not a team's domain and an application's AUD tag, as in `example.cloudflareaccess.com 4714…`",
    )
    .transform((text) => {
      const [, team, audience] = ACCESS_APPLICATION.exec(text) ?? [];
      return team === undefined || audience === undefined ? undefined : { team, audience };
    }),
  LINTEL_GATEWAY_URL: z
    .string()
    .trim()
    .default("")
    .refine(
      (text) => text === "" || isHttpsOrigin(text),
      "is not the origin of an HTTPS gateway, as in https://gateway.example.com",
    )
    .transform((text) => (text === "" ? undefined : new URL(text).origin)),
  LINTEL_GATEWAY_SECRET: z.string().default(""),
  LINTEL_CLIENT_SECRET: z.string().default(""),
  LINTEL_ACCESS_LOG: z.string().default("off").transform(accessLogShare).pipe(share),
  LINTEL_TRACE_SAMPLING: z
    .string()
    .default("1")
    .transform((text) => (text.trim() === "" ? 1 : Number(text)))
    .pipe(share),
  LINTEL_ZONE: z
    .string()
    .trim()
    .optional()
    .transform((zone) => zone || undefined),
});

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
  const result = schema.safeParse(env);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ConfigError(`variable ${issue?.path[0]?.toString() ?? "?"}: ${issue?.message ?? "invalid"}`);
  }
  const vars = result.data;
  return {
    cluster: vars.LINTEL_CLUSTERS[0],
    publicKey: vars.LINTEL_PUBLIC_KEY,
    systemHost: vars.LINTEL_SYSTEM_HOST,
    systemHosts: new Set([
      vars.LINTEL_SYSTEM_HOST,
      ...(vars.LINTEL_CLIENT_SECRET === "" ? [] : [LOCAL_SYSTEM_HOST]),
    ]),
    dnsAccess: vars.LINTEL_DNS_ACCESS,
    dnsToken: vars.LINTEL_DNS_TOKEN,
    accessApplication: vars.LINTEL_ACCESS_APPLICATION,
    gatewayUrl: vars.LINTEL_GATEWAY_URL,
    gatewaySecret: vars.LINTEL_GATEWAY_SECRET,
    clientSecret: vars.LINTEL_CLIENT_SECRET,
    zone: vars.LINTEL_ZONE,
    accessLog: vars.LINTEL_ACCESS_LOG,
    traceSampling: vars.LINTEL_TRACE_SAMPLING,
  };
}
