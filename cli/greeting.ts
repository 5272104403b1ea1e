/** What `lintel up` says once it serves: where, and commands that can be copied. */
import { isIPv6 } from "node:net";
import { relative } from "node:path";
import {
  DEFAULT_HOST,
  type HostRecord,
  LOCAL_SYSTEM_HOST,
  type Records,
  type Route,
} from "../contract/index.ts";
import type { Listen } from "./options.ts";

export interface GreetingFacts {
  readonly http: Listen;
  readonly https: Listen;
  readonly caFile: string;
  readonly systemHost: string;
  readonly clusterDomain: string;
  readonly compiled: { readonly records: Records; readonly warnings: readonly unknown[] } | undefined;
  readonly generation: number | undefined;
}

export function greeting(facts: GreetingFacts): string {
  const { http, https, systemHost, compiled, generation } = facts;
  const hosts = compiled?.records.hosts ?? new Map<string, HostRecord>();
  const warnings = compiled?.warnings.length ?? 0;
  const ca = shortest(facts.caFile);
  const lines = [
    `Lintel serves ${count(hosts.size, "host")}, generation ${generation ?? 0}` +
      (warnings === 0 ? "." : `, with ${count(warnings, "warning")} (see above).`),
    "",
    `  HTTP   http://${authority(http)}`,
    `  HTTPS  https://${authority(https)}  (trust ${ca} for hosts without a certificate of their own)`,
    `  DoH    https://${systemHost}:${https.port}/dns-query`,
    "",
    "Try:",
    ...[httpCommand(facts, hosts), httpsCommand(facts, ca), dnsCommand(facts, ca)]
      .filter((command) => command !== undefined)
      .map((command) => `  ${command}`),
    "",
    "Changes to the manifests are followed. Ctrl-C stops everything.",
    "",
    `Dashboard: http://${LOCAL_SYSTEM_HOST}:${http.port}/`,
    "",
  ];
  return lines.join("\n");
}

/** Relative where that is no way up: it is to be read and copied. */
function shortest(path: string): string {
  const short = relative(".", path);
  return short.startsWith("..") ? path : short;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** A command for the first route of the first plain host. */
function httpCommand({ http }: GreetingFacts, hosts: ReadonlyMap<string, HostRecord>): string | undefined {
  for (const [host, { routes }] of [...hosts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const route: Route | undefined = routes[0];
    if (host === DEFAULT_HOST || host.startsWith("*") || route === undefined) continue;
    return `curl ${resolve(host, http)} 'http://${host}:${http.port}${route.match.path.value}'`;
  }
  return undefined;
}

function httpsCommand({ systemHost, https }: GreetingFacts, ca: string): string {
  return `curl --cacert ${ca} ${resolve(systemHost, https)} https://${systemHost}:${https.port}/status`;
}

function dnsCommand(
  { compiled, clusterDomain, systemHost, https }: GreetingFacts,
  ca: string,
): string | undefined {
  const service = [...(compiled?.records.services.keys() ?? [])].toSorted()[0];
  if (service === undefined) return undefined;
  const name = `${service.split("/").toReversed().join(".")}.svc.${clusterDomain}`;
  return `kdig @${dialable(https.host)} -p ${https.port} +https +tls-ca=${ca} +tls-hostname=${systemHost} ${name}`;
}

function resolve(host: string, { host: listening, port }: Listen): string {
  return `--resolve ${host}:${port}:${dialable(listening)}`;
}

/** `HOST:PORT` as a URL has it. */
export function authority({ host, port }: Listen): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** An address to connect to for one that listens on all. */
function dialable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
