/** Which names Ingresses and Services ask to be published under zones of the company, and what for. */
import {
  canonicalAddress,
  endpointLabel,
  type PublishedName,
  type ServiceRecord,
} from "../../../contract/index.ts";
import { type Ingress, type LoadBalancerAddress, type Service } from "../../cluster/state.ts";
import type { Warning } from "../../warning.ts";
import { hostKey } from "../hostname.ts";
import { type ClaimSource, claimSource } from "../objects.ts";
import { compareText } from "../text-order.ts";

/** What a name is published for. */
export type PublishedData = Omit<PublishedName, "kind" | "by" | "namespaces">;

export interface PublishedClaim {
  readonly source: ClaimSource;
  readonly namespace: string;
  readonly field: string;
  /** Lower case; may begin with `*.`. */
  readonly name: string;
  readonly data: PublishedData;
}

interface Claims {
  readonly claims: readonly PublishedClaim[];
  readonly warnings: readonly Warning[];
}

/** external-dns's annotations, and one of our own that says the same. */
const HOSTNAMES = ["external-dns.alpha.kubernetes.io/hostname", "lintel.dev/hostname"] as const;
const TARGET = "external-dns.alpha.kubernetes.io/target";
const TTL = "external-dns.alpha.kubernetes.io/ttl";

/** What browsers may speak to the edge (RFC 9460 7.1). */
const ALPN: readonly string[] = ["h2", "http/1.1"];

export interface IngressContext {
  /** Where an Ingress is reached whose status says nothing. */
  readonly statusAddresses: readonly LoadBalancerAddress[];
  readonly hasCertificate: (host: string) => boolean;
}

/** The hosts of an Ingress, where its status says that it is reached. */
export function ingressClaims(ingress: Ingress, context: IngressContext): PublishedClaim[] {
  const source = claimSource("Ingress", ingress.metadata);
  const { namespace } = ingress.metadata;
  const reached = ingress.loadBalancer ?? context.statusAddresses;
  const target = targetOf(reached.flatMap(({ ip, hostname }) => ip ?? hostname ?? []));
  if (target === undefined) return [];
  return ingress.rules.flatMap(({ host }, index) => {
    const name = host === undefined ? undefined : hostKey(host);
    if (name === undefined) return [];
    const isSecured = context.hasCertificate(name) && target.alias === undefined;
    const data = { ...target, ...(isSecured && { alpn: [...ALPN] }), ports: [] };
    return [{ source, namespace, field: `spec.rules[${index}].host`, name, data }];
  });
}

/** The names that a Service's annotation asks for; none without one. @param record what the Service became */
export function serviceClaims(service: Service, record: ServiceRecord | undefined): Claims {
  const { annotations, namespace } = service.metadata;
  const source = claimSource("Service", service.metadata);
  const warnings: Warning[] = [];
  const refuse = (key: string, message: string, remedy: string) =>
    warnings.push({
      object: source.object,
      field: fieldOf(key),
      reason: "NameNotPublished",
      message,
      remedy,
    });
  const asked = HOSTNAMES.flatMap((key) => split(annotations[key]).map((text) => ({ key, text })));
  if (asked.length === 0 || record === undefined) return { claims: [], warnings };
  const target = targetOfService(annotations[TARGET], service, record);
  if (target === "unreachable") {
    const [first] = asked;
    refuse(
      first?.key ?? HOSTNAMES[0],
      `A Service of type ${service.type} is reached inside the cluster alone; its names are not published.`,
      `Make it a LoadBalancer, or say with ${TARGET} where it is reached.`,
    );
    return { claims: [], warnings };
  }
  const ttl = annotations[TTL] === undefined ? undefined : seconds(annotations[TTL]);
  if (annotations[TTL] !== undefined && ttl === undefined) {
    refuse(
      TTL,
      `"${annotations[TTL]}" is no TTL; the usual one is published.`,
      "Write seconds, or a time as in 5m.",
    );
  }
  const claims = asked.flatMap(({ key, text }): PublishedClaim[] => {
    const name = hostKey(text.replace(/\.$/, ""));
    if (name === undefined) {
      refuse(
        key,
        `"${text}" is not a hostname; it is not published.`,
        "Write a hostname as in db.example.com.",
      );
      return [];
    }
    // Without an address yet, there is nothing to publish.
    if (target === undefined) return [];
    const data = { ...target, ...(ttl !== undefined && { ttl }), ports: portsOf(record) };
    const claim: PublishedClaim = { source, namespace, field: fieldOf(key), name, data };
    return [claim].concat(endpointClaims(claim, record));
  });
  return { claims, warnings };
}

/** Endpoints of a headless Service that have names of their own, below its name (external-dns). */
function endpointClaims(claim: PublishedClaim, record: ServiceRecord): PublishedClaim[] {
  if (record.kind !== "headless" || claim.name.startsWith("*")) return [];
  const named = endpointsOf(record).filter(({ hostname }) => hostname !== undefined);
  const byLabel = Map.groupBy(named, endpointLabel);
  return Array.from(byLabel, ([label, endpoints]) => ({
    ...claim,
    name: `${label}.${claim.name}`,
    data: { ...claim.data, addresses: once(endpoints.map(({ address }) => address)), ports: [] },
  }));
}

function endpointsOf(record: Extract<ServiceRecord, { kind: "headless" }>) {
  return record.subsets
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ ready }) => ready || record.publishNotReady);
}

function targetOfService(written: string | undefined, { type }: Service, record: ServiceRecord) {
  const texts = split(written);
  if (texts.length > 0) return targetOf(texts);
  if (record.kind === "externalName") return targetOf([record.externalName]);
  if (record.kind === "headless") return targetOf(endpointsOf(record).map(({ address }) => address));
  if (type !== "LoadBalancer") return "unreachable";
  return targetOf([...(record.external?.addresses ?? []), ...(record.external?.hostnames ?? [])]);
}

/** Addresses where there are any; else the first name, since an alias is one (RFC 1034 3.6.2). */
function targetOf(texts: readonly string[]): Pick<PublishedData, "addresses" | "alias"> | undefined {
  const addresses = once(texts.flatMap((text) => canonicalAddress(text) ?? []));
  if (addresses.length > 0) return { addresses };
  const [alias] = once(
    texts.flatMap((text) => {
      const key = hostKey(text.replace(/\.$/, ""));
      return key === undefined || key.startsWith("*") ? [] : [key];
    }),
  );
  return alias === undefined ? undefined : { addresses: [], alias };
}

function portsOf({ ports }: ServiceRecord): PublishedData["ports"] {
  return ports
    .filter(({ name }) => name !== "")
    .map(({ name, protocol, port }) => ({ name, protocol: protocol.toLowerCase(), port }));
}

/** As external-dns reads it: seconds, or a duration of Go. */
function seconds(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const [, hours, minutes, rest] = /^(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/.exec(text) ?? [];
  if (hours === undefined && minutes === undefined && rest === undefined) return undefined;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0);
}

function split(text = ""): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function once(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted(compareText);
}

function fieldOf(annotation: string): string {
  return `metadata.annotations[${annotation}]`;
}
