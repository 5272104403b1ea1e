/** Services under a zone of their own, by the addresses that clients outside the cluster use (CoreDNS k8s_external). */
import { addressBlock, type PluginConfig, zoneKeys } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { aliasDepth } from "../alias-depth.ts";
import { Exposure } from "../kubernetes/exposure.ts";
import { addressAnswer, addressRecord, answer, type Found, NODATA } from "../kubernetes/found.ts";
import { DNS_SERVICE } from "../kubernetes/name-servers.ts";
import { reverseAddressOf } from "../kubernetes/reverse-name.ts";
import { all, andThen } from "../maybe-promise.ts";
import type { Plugin, Query, Resolution, Resolver } from "../resolver.ts";
import { CLASS, RCODE, TYPE } from "../wire/codes.ts";
import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import { nameFromText } from "../wire/name-text.ts";
import { fallthroughOf, Zones } from "../zones.ts";
import { addressAnswers, srvAnswers } from "./answers.ts";
import { ExternalZone } from "./external-zone.ts";
import { externalSubject, reachedAt } from "./reached.ts";

type MaybeFound = MaybePromise<Found | undefined>;

/**
 * @param kubernetes the plugin of the same server block whose Services these are; without one there is nothing to answer
 * @param platform resolves names that load balancers have in place of addresses
 */
export function external(
  config: PluginConfig<"k8s_external">,
  kubernetes: PluginConfig<"kubernetes"> | undefined,
  platform: { readonly resolve: Resolver },
): Plugin {
  const [first] = config.zones;
  if (kubernetes === undefined || first === undefined) return (query, next) => next(query);
  const plugin = new External(config, kubernetes, nameFromText(first), platform.resolve);
  return (query, next) => plugin.answer(query, next);
}

class External {
  readonly #config: PluginConfig<"k8s_external">;
  readonly #kubernetes: PluginConfig<"kubernetes">;
  readonly #exposure: Exposure;
  readonly #resolve: Resolver;
  readonly #fallthrough: Zones;
  readonly #zones: readonly { readonly match: Zones; readonly zone: ExternalZone }[];
  /** Addresses are names of the first zone (CoreDNS). */
  readonly #first: Name;

  constructor(
    config: PluginConfig<"k8s_external">,
    kubernetes: PluginConfig<"kubernetes">,
    first: Name,
    resolve: Resolver,
  ) {
    this.#config = config;
    this.#kubernetes = kubernetes;
    this.#exposure = new Exposure(kubernetes);
    this.#resolve = resolve;
    this.#fallthrough = fallthroughOf(config.fallthrough);
    this.#zones = config.zones.map((zone) => ({
      match: new Zones([zone]),
      zone: new ExternalZone(nameFromText(zone), config),
    }));
    this.#first = first;
  }

  answer(query: Query, next: Resolver): MaybePromise<Resolution> {
    const { name } = query.question;
    const matched = this.#match(name);
    if (matched === undefined) return next(query);
    const { zone, labels } = matched;
    const belowApex = name.labelsAbove(zone.apex);
    if (labels > 0 && belowApex === undefined) {
      return andThen(this.#services(query, zone, labels), (found) =>
        found === undefined && this.#fallthrough.has(name) ? next(query) : resolutionOf(query, zone, found),
      );
    }
    const found = labels === 0 ? this.#apex(query, zone) : this.#nameServer(query, zone, belowApex);
    return andThen(found, (found) => resolutionOf(query, zone, found));
  }

  #match(name: Name): { zone: ExternalZone; labels: number } | undefined {
    let best: { zone: ExternalZone; labels: number } | undefined;
    for (const { match, zone } of this.#zones) {
      const labels = match.match(name)?.labels;
      if (labels !== undefined && (best === undefined || labels < best.labels)) best = { zone, labels };
    }
    return best;
  }

  #apex(query: Query, zone: ExternalZone): MaybeFound {
    const { name, type } = query.question;
    if (type === TYPE.SOA) return answer(zone.soa(query.view.root.time));
    if (type !== TYPE.NS) return NODATA;
    const { ttl } = this.#config;
    const server = Name.under(name, "ns1", ...this.#config.apex.split("."));
    return andThen(this.#serverAddresses(query), (addresses) => ({
      answers: [{ name: zone.name, ttl, type: "NS", target: zone.nameServer }],
      additionals: addresses.map((address) => addressRecord(server, ttl, address)),
    }));
  }

  #nameServer(query: Query, zone: ExternalZone, labels: number | undefined): MaybeFound {
    const { name, type } = query.question;
    if (labels === 0) return NODATA;
    if (!name.equals(zone.nameServer)) return undefined;
    return andThen(this.#serverAddresses(query), (addresses) =>
      addressAnswer(name, this.#config.ttl, type, addresses),
    );
  }

  /** Where clients outside reach the cluster's DNS Service. */
  #serverAddresses(query: Query): MaybePromise<readonly string[]> {
    const { namespace, service } = DNS_SERVICE;
    if (!isVisible(query, namespace)) return [];
    return andThen(query.view.get("services", `${namespace}/${service}`), (record) => {
      if (record === undefined) return [];
      const itself = { namespace, service, endpoint: undefined, port: undefined };
      const reached = reachedAt(record, itself, this.#config.headless, this.#kubernetes);
      return [...new Set(reached.filter(({ isName }) => !isName).map(({ host }) => host))];
    });
  }

  #services(query: Query, zone: ExternalZone, labels: number): MaybeFound {
    const { name, type } = query.question;
    const address = type === TYPE.PTR ? reverseAddressOf(name) : undefined;
    if (address !== undefined) return this.#pointers(query, address);
    const subject = externalSubject(name.foldedLabels(labels));
    if (subject === undefined || !this.#sees(query, subject.namespace)) return undefined;
    const { namespace, service } = subject;
    if (service === undefined) {
      return andThen(query.view.get("zones", zoneKeys.namespace(namespace)), (record) =>
        record === undefined ? undefined : NODATA,
      );
    }
    return andThen(query.view.get("services", `${namespace}/${service}`), (record) => {
      if (record === undefined || !this.#exposure.hasService(record)) return undefined;
      const reached = reachedAt(record, subject, this.#config.headless, this.#kubernetes);
      if (reached.length === 0) return undefined;
      const { ttl } = this.#config;
      const serviceTtl = this.#kubernetes.ttl;
      const depth = aliasDepth(query.depth, reached.filter(({ isName }) => isName).length);
      const resolve = (name: Name, type: number) => this.#follow({ ...query, depth }, name, type);
      const context = { name, ttl, serviceTtl, resolve };
      if (type === TYPE.A || type === TYPE.AAAA) return addressAnswers(context, reached, type);
      if (type === TYPE.SRV) return srvAnswers(context, Name.under(zone.name, service, namespace), reached);
      return NODATA;
    });
  }

  #pointers(query: Query, address: string): MaybeFound {
    const { name } = query.question;
    const { ttl } = this.#config;
    return andThen(query.view.get("addresses", addressBlock(address)), (block) => {
      const services = (block?.names[address] ?? []).flatMap((named) =>
        "external" in named ? [named.external] : [],
      );
      const records = services.map((key): MaybePromise<readonly ResourceRecord[]> => {
        const [namespace = "", service = ""] = key.split("/");
        if (!this.#sees(query, namespace)) return [];
        return andThen(query.view.get("services", key), (record) =>
          record === undefined || !this.#exposure.hasService(record)
            ? []
            : [{ name, ttl, type: "PTR", target: Name.under(this.#first, service, namespace) }],
        );
      });
      return andThen(all(records), (records) => {
        const answers = records.flat();
        return answers.length === 0 ? undefined : { answers, additionals: [] };
      });
    });
  }

  #follow(query: Query, name: Name, type: number): MaybePromise<readonly ResourceRecord[]> {
    const asked = { ...query, question: { name, type, class: CLASS.IN } };
    return andThen(this.#resolve(asked), ({ answers }) => answers);
  }

  #sees(query: Query, namespace: string): boolean {
    return this.#exposure.hasNamespace(namespace) && isVisible(query, namespace);
  }
}

function isVisible({ visible }: Query, namespace: string): boolean {
  return visible.namespaces?.has(namespace) ?? true;
}

function resolutionOf(query: Query, zone: ExternalZone, found: Found | undefined): Resolution {
  const answers = found?.answers ?? [];
  return {
    rcode: found === undefined ? RCODE.NXDOMAIN : RCODE.NOERROR,
    authoritative: true,
    answers,
    authorities: answers.length === 0 ? [zone.soa(query.view.root.time)] : [],
    additionals: found?.additionals ?? [],
  };
}
