/** The flags that several commands share, each with its environment variable, parser and default. */
import { InvalidArgumentError, Option } from "commander";
import ipaddr from "ipaddr.js";
import {
  clusterDomainSchema,
  clusterNameSchema,
  dnsAccessSchema,
  hostnameSchema,
  podModeSchema,
} from "../contract/index.ts";
import { isDnsSubdomain } from "../sync-agent/cluster/objects/names.ts";
import type { LoadBalancerAddress } from "../sync-agent/cluster/state.ts";
import { CERTIFICATE_MODES } from "../sync-agent/certificates/desired.ts";
import { CLOUDFLARE_API_URL } from "../sync-agent/publish/api-url.ts";
import { DEFAULT_HEARTBEAT_MS } from "../sync-agent/report/self-report.ts";
import { parseStatusAddresses, StatusAddressError } from "../sync-agent/report/status-addresses.ts";
import type { CorefileFlag } from "./corefile.ts";
import { LOG_LEVELS } from "./log.ts";

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** `--kv-url` is `LINTEL_KV_URL`, so that a chart can set every flag. */
function option(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? flags;
  return new Option(flags, description).env(`LINTEL_${name.toUpperCase().replaceAll("-", "_")}`);
}

function listenOption(flag: string, what: string, fallback: string): Option {
  return option(`--${flag} <host:port>`, `${what}; port 0 picks a free one`)
    .argParser(parseListen)
    .default(parseListen(fallback), fallback);
}

export const options = {
  manifests: () =>
    option("--manifests <path>", "a folder of Kubernetes manifests, or one file").makeOptionMandatory(),
  manifestsInstead: () =>
    option("--manifests <path>", "follow manifest files, a folder or one file, and no cluster"),
  kubeconfig: () =>
    option("--kubeconfig <file>", "the cluster to follow; without it, the one that this runs in").conflicts(
      "manifests",
    ),
  namespaces: () =>
    option("--namespaces <names>", "the namespaces to follow, separated by commas")
      .argParser(parseNames)
      .default([], "all"),
  ingressClass: () =>
    option("--ingress-class <name>", "the class that is ours also without an IngressClass")
      .argParser(parseName)
      .default("lintel"),
  statusAddress: () =>
    option(
      "--status-address <addresses>",
      "hostnames or IPs for the status of served Ingresses, separated by commas",
    )
      .argParser(parseAddresses)
      .default([], "none is written"),
  externalZone: () =>
    option(
      "--external-zone <names>",
      "zones of the company under which Ingresses and Services publish names, separated by commas",
    )
      .argParser(parseZones)
      .default([], "none"),
  nameServer: () =>
    option("--name-server <names>", "the names of the zone's servers, separated by commas")
      .argParser(parseZones)
      .default([], "ns.dns.ZONE"),
  reachedAt: () =>
    option(
      "--status-address <addresses>",
      "hostnames or IPs that hosts are published with whose Ingress says none, separated by commas",
    )
      .argParser(parseAddresses)
      .default([], "none"),
  leaseNamespace: () =>
    option(
      "--lease-namespace <name>",
      "where the Lease is that elects the writer; the agent's own unless given",
    ).argParser(parseName),
  leaseName: () =>
    option("--lease-name <name>", "what that Lease is called; lintel-agent-CLUSTER unless given").argParser(
      parseName,
    ),
  identity: () =>
    option("--identity <name>", "this agent's name in the Lease; made of the host's name unless given"),
  certificates: () =>
    option(
      "--certificates <mode>",
      "who holds the certificates: the snapshot, Cloudflare (managed), or Cloudflare by upload (custom)",
    )
      .choices(CERTIFICATE_MODES)
      .default(undefined, "managed where --kv-url is Cloudflare's, sealed elsewhere"),
  zoneId: () =>
    option("--zone-id <ids>", "the Cloudflare zones to keep to, separated by commas")
      .argParser(parseList)
      .default([], "all that the token may see"),
  listen: () => listenOption("listen", "where to answer /healthz, /readyz and /metrics", "127.0.0.1:0"),
  heartbeat: () =>
    option(
      "--heartbeat <seconds>",
      "how often to tell the edge that the agent works though nothing changed; 0 for never",
    )
      .argParser(parseHeartbeat)
      .default(DEFAULT_HEARTBEAT_MS / 1000),
  http: () => listenOption("http", "where to serve HTTP", "127.0.0.1:8080"),
  https: () => listenOption("https", "where to serve HTTPS", "127.0.0.1:8443"),
  api: () => listenOption("api", "where to serve the KV API that agents publish to", "127.0.0.1:8787"),
  systemHost: () =>
    option("--system-host <name>", "the hostname of the edge's own endpoints")
      .argParser(parseWith(hostnameSchema))
      .default("edge.lintel.test"),
  cluster: () =>
    option("--cluster <name>", "the cluster's name, which begins its keys in KV")
      .argParser(parseWith(clusterNameSchema))
      .default("default"),
  clusterDomain: () =>
    option("--cluster-domain <name>", "the domain of the cluster's DNS names")
      .argParser(parseWith(clusterDomainSchema))
      .default("cluster.local"),
  dnsPods: () =>
    option("--dns-pods <mode>", "how pod names are answered, as CoreDNS's `pods`")
      .choices(podModeSchema.options)
      .default("insecure"),
  dnsAccess: (fallback: "loopback" | "token") =>
    option("--dns-access <who>", "who may ask the resolver")
      .choices(dnsAccessSchema.options)
      .default(fallback),
  dnsToken: () =>
    option("--dns-token <token>", "the resolver's token, for --dns-access token").argParser(parseSecret),
  dnsAccessSecret: () =>
    option(
      "--dns-access-secret <namespace/name>",
      "the Secret that says who may ask the resolver, and what they may see",
    )
      .argParser(parseObjectName)
      .default("lintel/dns-access"),
  zone: () =>
    option(
      "--zone <name>",
      "the topology zone that this edge stands in: endpoints with a hint for it are preferred",
    ),
  state: () =>
    option("--state <dir>", "the folder that keeps what must outlive the process").default(".lintel"),
  keys: () => option("--keys <dir>", "the folder that `lintel keys` wrote").makeOptionMandatory(),
  adoptClass: (fallback: readonly string[]) =>
    option("--adopt-class <names>", "ingress classes to serve besides our own, separated by commas")
      .argParser(parseList)
      .default(fallback, fallback.join(",") || "none"),
  controllerConfig: () =>
    option(
      "--controller-config <namespace/name>",
      "ingress-nginx's own ConfigMap, whose settings hold for adopted classes",
    )
      .argParser(parseObjectName)
      .default("ingress-nginx/ingress-nginx-controller"),
  corefile: () =>
    option(
      "--corefile <where>",
      "the resolver's configuration: the namespace/name of CoreDNS's ConfigMap, the path of a Corefile, or none",
    )
      .argParser(parseCorefile)
      .default(undefined, "kube-system/coredns, if there is one"),
  corefileEnv: () =>
    option("--corefile-env <names>", "environment variables that the Corefile may name, separated by commas")
      .argParser(parseList)
      .default([], "none"),
  targets: (fallback: readonly string[]) =>
    option("--targets <cidrs>", "address ranges that may be forwarded to, separated by commas")
      .argParser(parseCidrs)
      .default(fallback, fallback === LOCAL_TARGETS ? "private and loopback ranges" : "private ranges"),
  apiToken: () =>
    option("--api-token <token>", "the KV API's bearer token").argParser(parseSecret).makeOptionMandatory(),
  accountId: () => option("--account-id <id>", "the account of the KV namespace").default("lintel"),
  namespaceId: () => option("--namespace-id <id>", "the KV namespace").default("lintel"),
  kvUrl: () =>
    option("--kv-url <url>", "the KV API: an edge's, or Cloudflare's")
      .argParser(parseUrl)
      .default(CLOUDFLARE_API_URL),
  publishInterval: () =>
    option(
      "--publish-interval <ms>",
      "the least time from one publication to the next: a busy cluster costs less KV writes with a longer one",
    )
      .argParser(parseMilliseconds)
      .default(undefined, "1500 where --kv-url is Cloudflare's, 100 elsewhere"),
  headUrl: () =>
    option("--head-url <url>", "where the edge takes the head, `https://SYSTEM-HOST/head`").argParser(
      parseUrl,
    ),
  accessLog: () =>
    option("--access-log <what>", "what the access log has: off, on, or a share of all requests, as 0.01")
      .argParser(parseAccessLog)
      .default("on"),
  traceSampling: () =>
    option("--trace-sampling <share>", "the share of traces begun here that is marked as sampled, 0 to 1")
      .argParser(parseShare)
      .default("1"),
  logLevel: () => option("--log-level <level>", "what to log").choices(LOG_LEVELS).default("info"),
  out: () => option("--out <dir>", "the folder to write the keys to").makeOptionMandatory(),
};

/** RFC 1918, RFC 6598 and RFC 4193: where a cluster's pods are. Metadata addresses (link-local) are not among them. */
export const PRIVATE_TARGETS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
];

/** With this machine itself, whose programs stand in for pods. */
export const LOCAL_TARGETS: readonly string[] = [...PRIVATE_TARGETS, "127.0.0.0/8", "::1/128"];

export function parseListen(text: string): Listen {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || host === "" || port > 65535) {
    throw new InvalidArgumentError("It must be HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080.");
  }
  return { host, port };
}

/** An hour at most: certificates in the snapshot are renewed by then. */
const MAX_INTERVAL_MS = 3_600_000;

function parseMilliseconds(text: string): number {
  const ms = Number(text);
  if (/^\d{1,7}$/.test(text) && ms <= MAX_INTERVAL_MS) return ms;
  throw new InvalidArgumentError(`It must be a whole number of milliseconds up to ${MAX_INTERVAL_MS}.`);
}

function parseAccessLog(text: string): string {
  return text === "off" || text === "on" ? text : parseShare(text);
}

function parseShare(text: string): string {
  const share = Number(text);
  if (text.trim() !== "" && share >= 0 && share <= 1) return text.trim();
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}

export function parseList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parseName(text: string): string {
  if (isDnsSubdomain(text)) return text;
  throw new InvalidArgumentError(`"${text}" is not a Kubernetes name: a-z, 0-9, "-" and ".".`);
}

function parseObjectName(text: string): string {
  const parts = text.split("/");
  if (parts.length === 2 && parts.every(isDnsSubdomain)) return text;
  throw new InvalidArgumentError(`"${text}" is not the name of an object, as in ingress-nginx/controller.`);
}

/** Whether it is a path is told by its looks: an object's name has one slash, and no capital letter. */
function parseCorefile(text: string): CorefileFlag {
  if (text === "none") return { kind: "none" };
  const parts = text.split("/");
  const isObject = parts.length === 2 && parts.every(isDnsSubdomain);
  if (isObject) return { kind: "configMap", key: text };
  if (text.trim() !== "") return { kind: "path", path: text };
  throw new InvalidArgumentError("It is empty; write none to have no Corefile.");
}

const parseNames = (text: string): string[] => parseList(text).map(parseName);

const parseZones = (text: string): string[] => [
  ...new Set(parseList(text).map((name) => parseWith(hostnameSchema)(name.replace(/\.$/, "")))),
];

function parseAddresses(text: string): LoadBalancerAddress[] {
  try {
    return parseStatusAddresses(text);
  } catch (error) {
    if (error instanceof StatusAddressError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function parseCidrs(text: string): string[] {
  const ranges = parseList(text);
  const wrong = ranges.find((range) => !ipaddr.isValidCIDR(range));
  if (wrong === undefined) return ranges;
  throw new InvalidArgumentError(`${wrong} is not an address range, as in 10.0.0.0/8.`);
}

export function parseSecret(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It is empty.");
  return text.trim();
}

function parseHeartbeat(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,6}$/.test(text) && (seconds === 0 || seconds >= 10)) return seconds;
  throw new InvalidArgumentError("It must be 0, or 10 seconds or more.");
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new InvalidArgumentError("It must be an http or https URL.");
  }
  return text.replace(/\/$/, "");
}

interface Schema {
  safeParse(
    value: string,
  ): { success: true; data: string } | { success: false; error: { issues: { message: string }[] } };
}

function parseWith(schema: Schema): (text: string) => string {
  return (text) => {
    const result = schema.safeParse(text.toLowerCase());
    if (result.success) return result.data;
    throw new InvalidArgumentError(`It ${result.error.issues[0]?.message ?? "is invalid"}.`);
  };
}
