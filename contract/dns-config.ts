/**
 * How an edge's resolver is configured: a Corefile as far as it has a meaning at an edge, read and checked by the agent.
 * Everything that is large (zones, hosts tables) lies in section `zones` of the snapshot and is named here by its key.
 *
 * Names of zones are absolute without the dot at their end, in lower case; the root is `.`.
 */
import { hostnameSchema } from "./names.ts";
import * as z from "./schema.ts";

/** How pod names are answered (CoreDNS kubernetes plugin, `pods`). */
export const podModeSchema = z.enum(["disabled", "insecure", "verified"]);
export type PodMode = z.output<typeof podModeSchema>;

/** The cluster's domain, lower case, without a dot at the end. */
export const clusterDomainSchema = z
  .string()
  .check(z.regex(/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/, "is not a domain name in lower case"));

/** As it stands in a Corefile: the zone of a server block, or one that a plugin answers for. */
export const zoneNameSchema = z.union([
  z.literal("."),
  z.string().check(z.minLength(1), z.maxLength(254), z.regex(/^[^A-Z]*[^A-Z.]$/)),
]);
const zones = z.array(zoneNameSchema);
/** Seconds. CoreDNS takes 0 to 3600 for records of its own. */
const ttl = z.int().check(z.minimum(0), z.maximum(3600));
export const secondsSchema = z.int().check(z.minimum(0), z.maximum(0x7fffffff));
export const rrtypeSchema = z.int().check(z.minimum(0), z.maximum(65_535));
const seconds = secondsSchema;
const rrtype = rrtypeSchema;
const rcode = z.int().check(z.minimum(0), z.maximum(23));
/** Address ranges in CIDR notation. */
const ranges = z.array(z.string());
/** The names for which a plugin that finds none asks the next one; `["."]` for all of its own. */
const fallthrough = z.optional(zones);

const aclRule = z.strictObject({
  action: z.enum(["allow", "block", "filter", "drop"]),
  /** No types or no sources means any. */
  types: z.array(rrtype),
  sources: ranges,
});

/** What a `cache` block keeps of one kind of answer; seconds. */
const cached = z.strictObject({
  maxTtl: seconds,
  minTtl: seconds,
  /** Zones of which no such answer is kept (`disable`). */
  except: z.optional(zones),
});

/**
 * Names, and parts of them, are as CoreDNS keeps them: in lower case and with a dot at their end, for a name that has
 * one as well. A rule that only matches has `to` as `from`.
 */
const nameRewrite = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("exact"), from: z.string(), to: z.string() }),
  z.strictObject({ by: z.literal("prefix"), from: z.string(), to: z.string() }),
  z.strictObject({ by: z.literal("suffix"), from: z.string(), to: z.string() }),
  z.strictObject({ by: z.literal("substring"), from: z.string(), to: z.string() }),
  /** A regular expression (expression.ts), and what its match becomes, with `{1}` for its groups. */
  z.strictObject({ by: z.literal("regex"), from: z.string(), to: z.string() }),
]);

const rewriteRule = z.strictObject({
  /** Whether the rules behind it are tried as well once this one matched. */
  continues: z.boolean(),
  rule: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("name"),
      match: nameRewrite,
      /**
       * What is done to names of the answer: `auto` puts back what was asked, in owners and data alike; the others are
       * regular expressions over owners (`answer name`) or data (`answer value`). With an exact name, `auto` is done
       * whatever stands here.
       */
      answer: z.union([
        z.literal("auto"),
        z.array(z.strictObject({ on: z.enum(["name", "value"]), from: z.string(), to: z.string() })),
      ]),
    }),
    z.strictObject({ kind: z.literal("type"), from: rrtype, to: rrtype }),
    z.strictObject({ kind: z.literal("class"), from: rrtype, to: rrtype }),
    z.strictObject({ kind: z.literal("ttl"), match: nameRewrite, minTtl: seconds, maxTtl: seconds }),
    z.strictObject({ kind: z.literal("rcode"), match: nameRewrite, from: rcode, to: rcode }),
    /** Where an alias of the answer leads, and with it what is found there. */
    z.strictObject({ kind: z.literal("cname"), match: nameRewrite }),
  ]),
});

const templateRule = z.strictObject({
  zones,
  /** Absent: any type. */
  type: z.optional(rrtype),
  /** Tried in order; the first that matches the name (absolute, with the dot at its end) counts. */
  match: z.array(z.string()),
  /** Resource records in zone text, with Go's template actions. */
  answer: z.array(z.string()),
  authority: z.array(z.string()),
  additional: z.array(z.string()),
  rcode,
  /** Extended DNS error (RFC 8914). */
  ede: z.optional(
    z.strictObject({ code: z.int().check(z.minimum(0), z.maximum(65_535)), reason: z.string() }),
  ),
  fallthrough,
});

const forwardTarget = z.strictObject({ url: z.url({ protocol: /^https$/ }) });

/** One plugin of a server block. In a block they stand in CoreDNS's order of plugins, not in that of the Corefile. */
export const dnsPluginSchema = z.discriminatedUnion("plugin", [
  z.strictObject({ plugin: z.literal("errors") }),
  z.strictObject({
    plugin: z.literal("log"),
    zones,
    classes: z.array(z.enum(["all", "success", "denial", "error"])),
  }),
  z.strictObject({ plugin: z.literal("acl"), zones, rules: z.array(aclRule) }),
  z.strictObject({ plugin: z.literal("any"), zones }),
  z.strictObject({ plugin: z.literal("loadbalance") }),
  z.strictObject({
    plugin: z.literal("cache"),
    zones,
    /** Absent: nothing of that kind is kept. */
    success: z.optional(cached),
    denial: z.optional(cached),
    /** Seconds for which an answer may be given that has run out while there is no newer one (RFC 8767). */
    serveStale: z.optional(seconds),
  }),
  z.strictObject({ plugin: z.literal("rewrite"), rules: z.array(rewriteRule) }),
  z.strictObject({ plugin: z.literal("template"), rules: z.array(templateRule) }),
  z.strictObject({
    plugin: z.literal("hosts"),
    zones,
    /** A key of section `zones`. */
    table: z.string(),
    /** CoreDNS takes up to 65,535 here. */
    ttl: seconds,
    /** Whether addresses have PTR records. */
    reverse: z.boolean(),
    fallthrough,
  }),
  z.strictObject({
    plugin: z.literal("k8s_external"),
    zones,
    /** The label below the zone under which its name servers lie. */
    apex: z.string(),
    ttl,
    headless: z.boolean(),
    fallthrough,
  }),
  z.strictObject({
    plugin: z.literal("kubernetes"),
    zones,
    ttl,
    pods: podModeSchema,
    /** Those that are answered for; all where absent. Where they are chosen by labels the agent has looked them up. */
    namespaces: z.optional(z.array(z.string())),
    /** Services whose records carry this number in `hiddenFrom` are not answered (`labels`). */
    selection: z.optional(z.int().check(z.minimum(0))),
    /** Endpoints are no names of their own (`noendpoints`). */
    noEndpoints: z.optional(z.literal(true)),
    /** Services without a ready endpoint do not exist (`ignore empty_service`). */
    ignoreEmpty: z.optional(z.literal(true)),
    /** Endpoints without a hostname are named by their pods (`endpoint_pod_names`). */
    endpointPodNames: z.optional(z.literal(true)),
    fallthrough,
  }),
  z.strictObject({
    plugin: z.literal("file"),
    /** By zone, keys of section `zones`. */
    files: z.array(z.strictObject({ zone: zoneNameSchema, record: z.string() })),
    fallthrough,
  }),
  z.strictObject({
    /** Names that Ingresses and Services publish under zones of the company (`--external-zone`). */
    plugin: z.literal("published"),
    zones,
    ttl,
    fallthrough,
  }),
  z.strictObject({
    plugin: z.literal("forward"),
    from: zoneNameSchema,
    except: zones,
    to: z.array(forwardTarget).check(z.minLength(1)),
    policy: z.enum(["random", "round_robin", "sequential"]),
  }),
]);

/** A server block. Of several, the one with the longest zone that a name lies in answers for it. */
export const dnsServerSchema = z.strictObject({
  zones,
  plugins: z.array(dnsPluginSchema),
  /** Names that no plugin answers for are refused, where CoreDNS fails: it is no Corefile's block. */
  refusesOthers: z.optional(z.literal(true)),
});

/** Whoever shows a client certificate (mTLS) or a token of Cloudflare Access may be given a view. */
export const dnsIdentitySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("certificate"),
    name: z.string(),
    /** SHA-256 of the certificate, in hexadecimal. */
    fingerprint: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    view: z.string(),
  }),
  z.strictObject({
    kind: z.literal("access"),
    name: z.string(),
    /** `example.cloudflareaccess.com`. */
    team: hostnameSchema,
    audience: z.string(),
    view: z.string(),
  }),
]);

export const dnsSettingsSchema = z.strictObject({
  domain: clusterDomainSchema,
  servers: z.array(dnsServerSchema),
  identities: z.optional(z.array(dnsIdentitySchema)),
});

/** What stands where no Corefile says otherwise. */
export interface StandardDns {
  readonly domain: string;
  /** Seconds. */
  readonly ttl: number;
  readonly pods: PodMode;
}

/** As distributions write CoreDNS's Corefile, without forwarding, and with answers to ANY (RFC 8482). */
export function standardDns({ domain, ttl, pods }: StandardDns): DnsSettings {
  const reverse = ["in-addr.arpa", "ip6.arpa"];
  return {
    domain,
    servers: [
      {
        zones: ["."],
        plugins: [
          { plugin: "any", zones: ["."] },
          { plugin: "kubernetes", zones: [domain, ...reverse], ttl, pods, fallthrough: reverse },
        ],
        refusesOthers: true,
      },
    ],
  };
}

export type DnsSettings = z.output<typeof dnsSettingsSchema>;
export type DnsServer = z.output<typeof dnsServerSchema>;
export type DnsPlugin = z.output<typeof dnsPluginSchema>;
export type PluginConfig<P extends DnsPlugin["plugin"]> = Extract<DnsPlugin, { plugin: P }>;
export type NameRewrite = z.output<typeof nameRewrite>;
export type RewriteRule = z.output<typeof rewriteRule>;
export type TemplateRule = z.output<typeof templateRule>;
export type AclRule = z.output<typeof aclRule>;
export type DnsIdentity = z.output<typeof dnsIdentitySchema>;
