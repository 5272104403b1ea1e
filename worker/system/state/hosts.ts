/** Hosts: found by a search, and one of them in full. Pure but for the view's reads. */
import {
  addressBlock,
  canonicalAddress,
  type Filters,
  type Route,
  serverNameKeys,
} from "../../../contract/index.ts";
import { EXPLAINED } from "../../ingress/explain/filters.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import { type CertificateEntry, certificateEntry, pageOf } from "./certificates.ts";
import type { AllCertificates, AllHosts, AllServices } from "./inventory.ts";
import { readiness, type ServiceDetail, serviceDetail, type ServiceOptions } from "./services.ts";
import { certificateLine, type HostLine } from "./summaries.ts";

export interface HostEntry {
  readonly name: string;
  readonly routes: number;
  /** `namespace/name`. */
  readonly ingresses: readonly string[];
  readonly services: readonly {
    readonly service: string;
    readonly ready: number;
    readonly endpoints: number;
  }[];
  /** Of the name that an https client asks for; `null` where the edge has none. */
  readonly certificate: CertificateEntry | null;
  /** Routes that answer 503: they lead to no Service, or to none with a ready endpoint. */
  readonly down: number;
}

export interface HostList {
  readonly query: string;
  readonly total: number;
  /** Whether all hosts have been searched. */
  readonly complete: boolean;
  readonly page: number;
  readonly pages: number;
  readonly hosts: readonly HostEntry[];
  /** What an address in the search is: Services it belongs to. */
  readonly address: AddressOwner | null;
}

export interface AddressOwner {
  readonly address: string;
  /** `Service shop/web`, `endpoint web-0 of Service shop/web`, `Pod shop/web-0`. */
  readonly owners: readonly string[];
}

/** Everything that contains the text, names that begin with it first. */
export function matchHosts({ lines }: Pick<AllHosts, "lines">, query: string): AllHosts["lines"] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return lines;
  const begins = lines.filter(({ name }) => name.startsWith(wanted));
  return [...begins, ...lines.filter(({ name, text }) => !name.startsWith(wanted) && text.includes(wanted))];
}

export interface ListFacts {
  readonly hosts: AllHosts;
  readonly services: AllServices;
  readonly certificates: AllCertificates;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** An address that is searched for stands for the Service that it belongs to. */
export async function hostList(
  view: SnapshotView,
  facts: ListFacts,
  { query, page, size }: { query: string; page: number; size: number },
): Promise<HostList> {
  const address = canonicalAddress(query.trim());
  const owner = address === undefined ? null : await addressOwner(view, address);
  const wanted = owner?.service ?? query;
  const found = matchHosts(facts.hosts, wanted);
  const cut = pageOf(found, page, size);
  return {
    query,
    total: found.length,
    complete: facts.hosts.complete && facts.services.complete,
    page: cut.page,
    pages: cut.pages,
    hosts: cut.items.map((line) => hostEntry(line, facts)),
    address: owner && { address: owner.address, owners: owner.owners },
  };
}

async function addressOwner(view: SnapshotView, address: string) {
  const names = (await view.get("addresses", addressBlock(address)))?.names[address] ?? [];
  const owners = names.map((name) => {
    if ("pod" in name) return `Pod ${name.pod}`;
    if ("external" in name) return `the outside of Service ${name.external}`;
    return name.endpoint === undefined
      ? `Service ${name.service}`
      : `endpoint ${name.endpoint} of Service ${name.service}`;
  });
  const services = names.flatMap((name) =>
    "service" in name ? [name.service] : "external" in name ? [name.external] : [],
  );
  return { address, owners, service: services[0] };
}

function hostEntry(line: HostLine, { services: all, certificates, now }: ListFacts): HostEntry {
  const { name, routes, dead, ingresses, ways } = line;
  const services = [...new Set(ways.flatMap((way) => way.services))];
  const isReady = (service: string) => (all.counts.get(service)?.ready ?? 0) > 0;
  const down = ways.filter((way) => !way.hasStandIn && !way.services.some(isReady));
  const certificate = certificateNames(name)
    .map((key) => certificates.byName.get(key))
    .find((found) => found !== undefined);
  return {
    name,
    routes,
    ingresses,
    services: services.map((service) => {
      const { ready, endpoints } = readiness(all.counts.get(service));
      return { service, ready, endpoints };
    }),
    certificate: certificate === undefined ? null : certificateEntry(certificate, now),
    down: dead + down.reduce((sum, way) => sum + way.routes, 0),
  };
}

function certificateNames(host: string): string[] {
  return host.startsWith("*") ? [host] : serverNameKeys(host);
}

async function certificateOf(
  view: SnapshotView,
  host: string,
  now: number,
): Promise<CertificateEntry | null> {
  for (const name of certificateNames(host)) {
    const record = await view.get("certificates", name);
    if (record !== undefined) return certificateEntry(certificateLine(name, record), now);
  }
  return null;
}

export interface FilterText {
  /** The field of the route's filters. */
  readonly filter: string;
  readonly text: string;
}

export interface RouteDetail {
  readonly path: Route["match"]["path"];
  readonly ingress: string;
  readonly filters: readonly FilterText[];
  readonly backends: readonly {
    readonly service: string;
    readonly port: number;
    readonly weight: number;
    readonly of: number;
    readonly role: "backend" | "canary" | "stand-in" | "mirror";
  }[];
}

export interface HostDetail {
  readonly name: string;
  readonly generation: number;
  readonly certificate: CertificateEntry | null;
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  /** In matching order; `first` is the number of the first of them. */
  readonly first: number;
  readonly routes: readonly RouteDetail[];
  /** Those that these routes lead to. */
  readonly services: readonly ServiceDetail[];
}

export interface HostDetailOptions extends ServiceOptions {
  readonly page: number;
  readonly size: number;
}

export async function hostDetail(
  view: SnapshotView,
  name: string,
  options: HostDetailOptions,
): Promise<HostDetail | undefined> {
  const record = await view.get("hosts", name);
  if (record === undefined) return undefined;
  const cut = pageOf(record.routes, options.page, options.size);
  const routes = cut.items.map(routeDetail);
  const services = new Map<string, ServiceDetail>();
  for (const { backends } of routes) {
    for (const { service, port } of backends) {
      const key = `${service}:${port}`;
      if (services.has(key)) continue;
      services.set(key, serviceDetail(service, port, await view.get("services", service), options));
    }
  }
  return {
    name,
    generation: view.root.generation,
    certificate: await certificateOf(view, name, options.now),
    total: record.routes.length,
    page: cut.page,
    pages: cut.pages,
    first: (cut.page - 1) * options.size + 1,
    routes,
    services: [...services.values()],
  };
}

function routeDetail({ match, ingress, backends, filters = {} }: Route): RouteDetail {
  const of = backends.reduce((sum, { weight }) => sum + weight, 0);
  const { canary, standIn, mirror } = filters;
  const mirrored = mirror?.target.kind === "service" ? [mirror.target] : [];
  return {
    path: match.path,
    ingress,
    filters: filterTexts(filters),
    backends: [
      ...backends.map((backend) => ({ ...backend, of, role: "backend" as const })),
      ...(canary === undefined
        ? []
        : [
            {
              service: canary.service,
              port: canary.port,
              weight: canary.weight,
              of: canary.total,
              role: "canary" as const,
            },
          ]),
      ...(standIn === undefined
        ? []
        : [{ service: standIn.service, port: standIn.port, weight: 0, of: 0, role: "stand-in" as const }]),
      ...mirrored.map(({ service, port }) => ({ service, port, weight: 0, of: 0, role: "mirror" as const })),
    ],
  };
}

/** In the order in which they run, in the words of `explain`. */
function filterTexts(filters: Filters): FilterText[] {
  const { balance, affinity, forwarding } = filters;
  const explained = EXPLAINED.flatMap(({ field, says }): FilterText[] => {
    const text = says(filters);
    return text === undefined ? [] : [{ filter: field, text }];
  });
  return [
    ...explained,
    ...(balance === undefined ? [] : [{ filter: "balance", text: `endpoints are chosen by ${balance.by}` }]),
    ...(affinity === undefined
      ? []
      : [{ filter: "affinity", text: `cookie ${affinity.cookie} keeps a client at its endpoint` }]),
    ...(forwarding?.scheme === "https"
      ? [{ filter: "forwarding", text: "the upstream is asked over https" }]
      : []),
  ];
}
