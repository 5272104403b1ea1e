/**
 * What no answer tells whoever sees some namespaces only, whichever plugin it comes from: names of the cluster in other
 * namespaces, as where aliases lead, say. Whether there are such names makes no difference.
 */
import type { DnsPlugin, DnsServer } from "../../contract/index.ts";
import { namesIn } from "./file/names-in-data.ts";
import type { Query, Resolution } from "./resolver.ts";
import { DnsFormatError } from "./wire/format-error.ts";
import type { Name } from "./wire/name.ts";
import { nameFromText } from "./wire/name-text.ts";
import type { Question, ResourceRecord } from "./wire/record.ts";
import { Zones } from "./zones.ts";

export class HiddenNames {
  readonly #cluster: Zones;
  readonly #external: readonly { readonly zone: Name; readonly apex: Name }[];

  constructor(servers: readonly DnsServer[]) {
    const plugins = servers.flatMap(({ plugins }) => plugins);
    this.#cluster = new Zones(
      plugins.flatMap((config) => (config.plugin === "kubernetes" ? config.zones.filter(isName) : [])),
    );
    this.#external = plugins.flatMap(externalZones);
  }

  /** The resolution without records that name what is hidden. The question's own name is known to whoever asks. */
  leftOut(resolution: Resolution, { question, visible: { namespaces } }: Query): Resolution {
    return namespaces === undefined ? resolution : this.#shown(resolution, question, namespaces);
  }

  #shown(resolution: Resolution, question: Question, namespaces: ReadonlySet<string>): Resolution {
    const isShown = (record: ResourceRecord) =>
      (record.name.equals(question.name) || this.#isVisible(record.name, namespaces)) &&
      namesIn(record).every((name) => this.#isVisible(name, namespaces));
    const sections = [resolution.answers, resolution.authorities, resolution.additionals];
    if (sections.every((records) => records.every(isShown))) return resolution;
    return {
      ...resolution,
      answers: resolution.answers.filter(isShown),
      authorities: resolution.authorities.filter(isShown),
      additionals: resolution.additionals.filter(isShown),
    };
  }

  #isVisible(name: Name, namespaces: ReadonlySet<string>): boolean {
    const matched = this.#cluster.match(name);
    const [branch, namespace] = matched === undefined ? [] : nearest(name, matched.labels);
    const isInNamespace = namespace !== undefined && (branch === "svc" || branch === "pod");
    if (isInNamespace && !namespaces.has(namespace)) return false;
    return this.#external.every(({ zone, apex }) => {
      const labels = name.labelsAbove(zone);
      if (labels === undefined || name.labelsAbove(apex) !== undefined) return true;
      const [namespace] = nearest(name, labels);
      return namespace === undefined || namespaces.has(namespace);
    });
  }
}

/** The labels before the zone's, in lower case, the one that stands next to it first. */
function nearest(name: Name, labels: number): string[] {
  return name.foldedLabels(labels).toReversed();
}

/** A plugin whose zone is none fails by itself, and answers with no names. */
function isName(text: string): boolean {
  try {
    nameFromText(text);
    return true;
  } catch (error) {
    if (error instanceof DnsFormatError) return false;
    throw error;
  }
}

/** Not those that are shared: a name there need be no namespace's. */
function externalZones(config: DnsPlugin): { zone: Name; apex: Name }[] {
  if (config.plugin !== "k8s_external" || config.fallthrough !== undefined) return [];
  return config.zones.filter(isName).map((text) => {
    return { zone: nameFromText(text), apex: nameFromText(`${config.apex}.${text}`) };
  });
}
