/** Records of published names: who gets a name that several ask for, the empty names on the way, and reverse DNS. */
import { canonicalJson, type PublishedName, zoneKeys, type ZoneRecord } from "../../../contract/index.ts";
import type { ClusterState, Ingress } from "../../cluster/state.ts";
import { objectKey } from "../../cluster/state.ts";
import type { ServiceRecord } from "../../../contract/index.ts";
import type { Warning } from "../../warning.ts";
import { compareSources } from "../objects.ts";
import { compareText } from "../text-order.ts";
import type { Processed } from "../warnings.ts";
import { type IngressContext, ingressClaims, type PublishedClaim, serviceClaims } from "./claims.ts";

export interface PublishedOptions extends IngressContext {
  /** Lower case, without the dot at the end. */
  readonly externalZones: readonly string[];
  /** Those that are served. */
  readonly ingresses: readonly Ingress[];
  readonly services: ReadonlyMap<string, ServiceRecord>;
}

/** All at once. */
export function compilePublished(
  { Service }: Pick<ClusterState, "Service">,
  options: PublishedOptions,
): Processed<"zones"> {
  const ofServices = [...Service.values()].map((service) =>
    serviceClaims(service, options.services.get(objectKey(service.metadata))),
  );
  const claims = [
    ...options.ingresses.flatMap((ingress) => ingressClaims(ingress, options)),
    ...ofServices.flatMap(({ claims }) => claims),
  ];
  const settled = settleNames(claims, options.externalZones);
  return {
    records: settled.records,
    warnings: [...ofServices.flatMap(({ warnings }) => warnings), ...settled.warnings],
  };
}

/** @param externalZones lower case, without the dot at the end */
export function settleNames(
  claims: readonly PublishedClaim[],
  externalZones: readonly string[],
): Processed<"zones"> {
  const warnings: Warning[] = [];
  const names = new Map<string, PublishedName>();
  const inZones = claims.flatMap((claim) => {
    const zone = zoneOf(claim.name, externalZones);
    if (zone === undefined && claim.source.object.startsWith("Service ")) warnings.push(notInZone(claim));
    if (zone === claim.name && claim.data.alias !== undefined) {
      warnings.push(aliasOfZone(claim, claim.data.alias));
      return [];
    }
    return zone === undefined ? [] : [claim];
  });
  for (const [name, same] of Map.groupBy(inZones, (claim) => claim.name)) {
    names.set(name, settle(name, same, warnings));
  }
  const records = new Map<string, ZoneRecord>();
  for (const [name, record] of [...emptyNames(names, externalZones), ...names]) {
    records.set(zoneKeys.published(name), record);
  }
  for (const [address, named] of pointers(names)) {
    records.set(zoneKeys.pointer(address), { kind: "pointer", names: named });
  }
  return { records, warnings };
}

/** The longest. */
function zoneOf(name: string, zones: readonly string[]): string | undefined {
  const own = zones.filter((zone) => zone === "." || name === zone || name.endsWith(`.${zone}`));
  return own.toSorted((a, b) => b.length - a.length)[0];
}

/** The oldest gets it; others that ask for the same share it. */
function settle(name: string, claims: readonly PublishedClaim[], warnings: Warning[]): PublishedName {
  const [oldest, ...others] = claims.toSorted((a, b) => compareSources(a.source, b.source));
  if (oldest === undefined) throw new TypeError(`nobody claims ${name}`);
  const text = canonicalJson(oldest.data);
  const sharers = others.filter(({ data }) => canonicalJson(data) === text);
  for (const { source, field, data } of others) {
    if (canonicalJson(data) === text) continue;
    warnings.push({
      object: source.object,
      field,
      reason: "NameConflict",
      message: `${name} is published by ${oldest.source.object}, which is older, and leads elsewhere.`,
      remedy: "Publish another name, or take it from the other object.",
    });
  }
  const owners = [oldest, ...sharers];
  return {
    kind: "published",
    by: once(owners.map(({ source }) => source.object)),
    namespaces: once(owners.map(({ namespace }) => namespace)),
    ...oldest.data,
  };
}

/** Names between a published one and its zone: they exist for whoever sees what is below them. */
function emptyNames(
  names: ReadonlyMap<string, PublishedName>,
  zones: readonly string[],
): Map<string, PublishedName> {
  const below = [...names].flatMap(([name, record]) => {
    const zone = zoneOf(name, zones) ?? name;
    return ancestors(name, zone).map((ancestor) => ({ ancestor, record }));
  });
  const groups = [...Map.groupBy(below, ({ ancestor }) => ancestor)].filter(([name]) => !names.has(name));
  return new Map(
    groups.map(([name, owners]) => [
      name,
      {
        kind: "published",
        by: once(owners.flatMap(({ record }) => record.by)),
        namespaces: once(owners.flatMap(({ record }) => record.namespaces)),
        addresses: [],
        ports: [],
      },
    ]),
  );
}

function ancestors(name: string, zone: string): string[] {
  const found: string[] = [];
  let rest = name.slice(name.indexOf(".") + 1);
  while (rest !== zone && rest.length > zone.length) {
    found.push(rest);
    if (!rest.includes(".")) break;
    rest = rest.slice(rest.indexOf(".") + 1);
  }
  return found;
}

function pointers(names: ReadonlyMap<string, PublishedName>) {
  const named = [...names]
    .filter(([name]) => !name.startsWith("*"))
    .flatMap(([name, { addresses, namespaces }]) =>
      addresses.map((address) => ({ address, pointer: { name, namespaces } })),
    );
  return Array.from(
    Map.groupBy(named, ({ address }) => address),
    ([address, all]) =>
      [address, all.map(({ pointer }) => pointer).toSorted((a, b) => compareText(a.name, b.name))] as const,
  );
}

function notInZone({ source, field, name }: PublishedClaim): Warning {
  return {
    object: source.object,
    field,
    reason: "NameNotPublished",
    message: `${name} lies in no zone that --external-zone names; it is not published.`,
    remedy: "Correct the name, or add its zone to --external-zone.",
  };
}

function aliasOfZone({ source, field, name }: PublishedClaim, alias: string): Warning {
  return {
    object: source.object,
    field,
    reason: "NameNotPublished",
    message: `${name} is a zone itself and can be no alias of ${alias} (RFC 1034 3.6.2); it is not published.`,
    remedy: "Publish a name below it, or give addresses.",
  };
}

function once(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted(compareText);
}
