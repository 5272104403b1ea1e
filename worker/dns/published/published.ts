/** The plugin for names that Ingresses and Services publish under zones of the company. */
import { type PluginConfig, type PublishedName, zoneKeys } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { followedBy } from "../aliases.ts";
import { reverseAddressOf } from "../kubernetes/reverse-name.ts";
import { andThen } from "../maybe-promise.ts";
import type { PluginPlatform } from "../plugins.ts";
import type { Plugin, Query, Resolution, Resolver } from "../resolver.ts";
import { RCODE, TYPE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText, nameToKey } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";
import { fallthroughOf, type MatchedZone, Zones } from "../zones.ts";
import { nameServerOf, portsOf, recordsOf, serviceNameOf, serviceRecords, soaOf } from "./records.ts";

export function published(
  config: PluginConfig<"published">,
  { resolve }: Pick<PluginPlatform, "resolve">,
): Plugin {
  const zones = new Zones(config.zones);
  const fallthrough = fallthroughOf(config.fallthrough);
  return (query, next) => {
    const { name, type } = query.question;
    const matched = zones.match(name);
    if (matched === undefined) return reverse(query, config.ttl, next);
    const zone = new AskedZone(query, matched, config.ttl);
    const isShared = fallthrough.has(name);
    // Where the zone is another plugin's as well, its own records are that one's.
    if (matched.labels === 0 && !isShared && (type === TYPE.SOA || type === TYPE.NS)) {
      return zone.apexAnswer(type);
    }
    return andThen(zone.find(), (found) => {
      if (found === undefined || (matched.labels === 0 && isShared && found.answers.length === 0)) {
        if (isShared) return next(query);
        return matched.labels === 0 ? zone.positive([]) : zone.nameError();
      }
      const resolution = zone.positive(found.answers, found.additionals);
      return found.alias === undefined ? resolution : followedBy(resolve, query, found.alias, resolution);
    });
  };
}

interface Found {
  readonly answers: readonly ResourceRecord[];
  readonly additionals?: readonly ResourceRecord[];
  readonly alias?: Name;
}

/** A zone as one question sees it. */
class AskedZone {
  readonly #query: Query;
  readonly #zone: MatchedZone;
  readonly #ttl: number;

  constructor(query: Query, zone: MatchedZone, ttl: number) {
    this.#query = query;
    this.#zone = zone;
    this.#ttl = ttl;
  }

  /** What the name has, by itself or by a wildcard (RFC 4592); `undefined` where it does not exist. */
  find(): MaybePromise<Found | undefined> {
    const { name } = this.#query.question;
    const { labels } = this.#zone;
    return andThen(this.#record(name), (record) => {
      if (record !== undefined) return this.#answerOf(record, name);
      return andThen(this.#serviceAnswer(), (found) => found ?? this.#byWildcard(labels === 0 ? 0 : 1));
    });
  }

  positive(answers: readonly ResourceRecord[], additionals: readonly ResourceRecord[] = []): Resolution {
    const authorities = answers.length === 0 ? [this.#soa()] : [];
    return { rcode: RCODE.NOERROR, authoritative: true, answers, authorities, additionals };
  }

  nameError(): Resolution {
    return { ...this.positive([]), rcode: RCODE.NXDOMAIN };
  }

  apexAnswer(type: number): Resolution {
    const { name } = this.#query.question;
    if (type === TYPE.SOA) return this.positive([this.#soa()]);
    return this.positive([{ name, ttl: this.#ttl, type: "NS", target: nameServerOf(name) }]);
  }

  /** Nothing that whoever asks may not see. */
  #record(name: Name): MaybePromise<PublishedName | undefined> {
    const { view, visible } = this.#query;
    return andThen(view.get("zones", zoneKeys.published(nameToKey(name))), (record) =>
      record?.kind === "published" && isVisible(record.namespaces, visible) ? record : undefined,
    );
  }

  #answerOf(record: PublishedName, name: Name): Found {
    const { type } = this.#query.question;
    const ttl = record.ttl ?? this.#ttl;
    if (record.alias === undefined) return { answers: recordsOf(record, name, type, ttl) };
    const target = nameFromText(record.alias);
    const answers: ResourceRecord[] = [{ name, ttl, type: "CNAME", target }];
    return type === TYPE.CNAME ? { answers } : { answers, alias: target };
  }

  #serviceAnswer(): MaybePromise<Found | undefined> {
    const { name, type } = this.#query.question;
    const asked = serviceNameOf(name, this.#zone.labels);
    if (asked === undefined) return undefined;
    return andThen(this.#record(asked.host), (record) => {
      const ports = record === undefined ? [] : portsOf(record, asked);
      if (record === undefined || ports.length === 0) return undefined;
      if (asked.port === undefined || type !== TYPE.SRV) return { answers: [] };
      const ttl = record.ttl ?? this.#ttl;
      return {
        answers: serviceRecords(record, ports, name, asked.host, ttl),
        additionals: [TYPE.A, TYPE.AAAA].flatMap((family) => recordsOf(record, asked.host, family, ttl)),
      };
    });
  }

  /** The wildcard below the closest encloser; `up` labels above the name none has been found yet. */
  #byWildcard(up: number): MaybePromise<Found | undefined> {
    const { name } = this.#query.question;
    const { labels } = this.#zone;
    if (up === 0) return undefined;
    const encloser = name.parent(up);
    const exists = up === labels ? true : andThen(this.#record(encloser), (record) => record !== undefined);
    return andThen(exists, (exists) => {
      if (!exists) return this.#byWildcard(up + 1);
      return andThen(this.#record(nameFromText(`*.${nameToKey(encloser)}`)), (record) =>
        record === undefined ? undefined : this.#answerOf(record, name),
      );
    });
  }

  #soa(): ResourceRecord {
    const { question, view } = this.#query;
    return soaOf(question.name.parent(this.#zone.labels), this.#ttl, view.root.time);
  }
}

function isVisible(namespaces: readonly string[], { namespaces: seen }: Query["visible"]): boolean {
  return seen === undefined || namespaces.some((namespace) => seen.has(namespace));
}

/** Addresses that published names have; other names of reverse DNS are other plugins'. */
function reverse(query: Query, ttl: number, next: Resolver): MaybePromise<Resolution> {
  const { question, view, visible } = query;
  const { name, type } = question;
  const address = type === TYPE.PTR ? reverseAddressOf(name) : undefined;
  if (address === undefined) return next(query);
  return andThen(view.get("zones", zoneKeys.pointer(address)), (record) => {
    const names = record?.kind === "pointer" ? record.names : [];
    const answers = names
      .filter(({ namespaces }) => isVisible(namespaces, visible))
      .map(({ name: text }): ResourceRecord => ({ name, ttl, type: "PTR", target: nameFromText(text) }));
    if (answers.length === 0) return next(query);
    return { rcode: RCODE.NOERROR, authoritative: true, answers, authorities: [], additionals: [] };
  });
}
