/** A question to the resolver, answered as it would be, and who of its plugins answered. */
import {
  addressFamily,
  canonicalAddress,
  type DnsPlugin,
  type DnsSettings,
  zoneKeys,
} from "../../../contract/index.ts";
import { sightOf } from "../../dns/doh/visibility.ts";
import type { PluginPlatform } from "../../dns/plugins.ts";
import type { PluginStep } from "../../dns/resolver.ts";
import { type Asker, createResponder } from "../../dns/responder.ts";
import { searching } from "../../dns/search.ts";
import { createResolver } from "../../dns/servers.ts";
import { CLASS, rcodeText } from "../../dns/wire/codes.ts";
import { extendedErrorsIn } from "../../dns/wire/extended-error.ts";
import { DnsFormatError } from "../../dns/wire/format-error.ts";
import type { Message } from "../../dns/wire/message.ts";
import { nameFromText, nameToText } from "../../dns/wire/name-text.ts";
import { queryFor } from "../../dns/wire/query.ts";
import type { ResourceRecord } from "../../dns/wire/record.ts";
import { recordData, TYPE_CODES, typeOf, typeText } from "../../dns/wire/record-text.ts";
import type { SnapshotView } from "../../snapshot/view.ts";

export interface DnsQuestion {
  readonly name: string;
  /** `AAAA`, or a number. */
  readonly type: string;
  /** Ask as somebody who has this view; everything is seen where it is empty. */
  readonly view: string;
}

export type DnsAnswer =
  | { readonly problem: string }
  | {
      readonly problem: null;
      readonly name: string;
      readonly type: string;
      readonly status: string;
      /** Of the server block that answered. */
      readonly zone: string | null;
      /** The plugin that gave the answer, those before it in `steps`; `null` where none was asked. */
      readonly plugin: string | null;
      readonly steps: readonly Readonly<PluginStep>[];
      readonly records: number;
      /** As dig prints it. */
      readonly text: string;
      readonly milliseconds: number;
    };

export type AskDns = (view: SnapshotView, question: DnsQuestion) => Promise<DnsAnswer>;

const PAYLOAD_SIZE = 4096;
/** A name of 255 octets, each written as `\DDD`. */
const MOST_CHARS = 1_020;

/** Caches of its own: what is asked here changes nothing for clients. */
export function createDnsAsker(platform: Omit<PluginPlatform, "resolve" | "traced">): AskDns {
  const respond = createResponder(searching(createResolver({ ...platform, traced: true })));
  return async (view, { name: given, type: wantedType, view: viewName }) => {
    const reverse = reverseName(given.trim());
    const typeName = (reverse === undefined ? wantedType : "PTR").toUpperCase();
    const type = /^(?:TYPE)?\d{1,5}$/.test(typeName)
      ? Number(typeName.replace("TYPE", ""))
      : TYPE_CODES.get(typeName);
    if (type === undefined || type > 0xffff) return { problem: `${wantedType} is no type of record.` };
    const asker = await askerOf(view, viewName);
    if (asker === undefined) return { problem: `There is no view ${viewName}.` };
    try {
      const name = nameFromText((reverse ?? given.trim()).slice(0, MOST_CHARS));
      const trace: PluginStep[] = [];
      const begin = platform.now();
      const query = queryFor({ name, type, class: CLASS.IN }, { payloadSize: PAYLOAD_SIZE, dnssecOk: false });
      const { message, zone } = await respond(query, { ...asker, trace }, () => view);
      return {
        problem: null,
        name: nameToText(name),
        type: typeText(type),
        status: rcodeText(message.rcode),
        zone: zone ?? null,
        plugin: trace.find(({ answered, depth }) => answered && depth === 0)?.plugin ?? null,
        steps: trace,
        records: message.answers.length,
        text: digText(message),
        milliseconds: platform.now() - begin,
      };
    } catch (error) {
      if (!(error instanceof DnsFormatError)) throw error;
      return { problem: `This is no name: it ${error.message}.` };
    }
  };
}

async function askerOf(view: SnapshotView, name: string): Promise<Asker | undefined> {
  const client = { address: "127.0.0.1" };
  if (name === "") return { client, visible: { forward: true } };
  const record = await view.get("zones", zoneKeys.view(name));
  return record?.kind === "view" ? { client, ...sightOf(record) } : undefined;
}

/** Of an address, as `dig -x` takes it. */
function reverseName(text: string): string | undefined {
  const address = canonicalAddress(text);
  if (address === undefined) return undefined;
  if (addressFamily(address) === 4) return `${address.split(".").toReversed().join(".")}.in-addr.arpa`;
  const [head = "", tail] = address.split("::");
  const groups = (part: string | undefined) => (part ? part.split(":") : []);
  const [before, after] = [groups(head), groups(tail)];
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  const digits = all.map((group) => group.padStart(4, "0")).join("");
  return `${Array.from(digits).toReversed().join(".")}.ip6.arpa`;
}

/** As dig prints a response (BIND 9), without what only a client can know. */
export function digText(message: Message): string {
  const { rcode, questions, answers, authorities, additionals } = message;
  const flags = [
    "qr",
    message.authoritative && "aa",
    message.truncated && "tc",
    message.recursionDesired && "rd",
    message.recursionAvailable && "ra",
  ].filter((flag) => flag !== false);
  const counts = `QUERY: ${questions.length}, ANSWER: ${answers.length}, AUTHORITY: ${authorities.length}, ADDITIONAL: ${additionals.length}`;
  const errors = extendedErrorsIn(message.edns?.options ?? []);
  const sections: [string, readonly string[]][] = [
    ["QUESTION", questions.map(({ name, type }) => `;${nameToText(name)}\t\tIN\t${typeText(type)}`)],
    ["ANSWER", answers.map(recordLine)],
    ["AUTHORITY", authorities.map(recordLine)],
    ["ADDITIONAL", additionals.map(recordLine)],
  ];
  return [
    `;; ->>HEADER<<- opcode: QUERY, status: ${rcodeText(rcode)}`,
    `;; flags: ${flags.join(" ")}; ${counts}`,
    ...errors.map(({ code, text }) => `; EDE: ${code}${text ? ` (${text})` : ""}`),
    ...sections.flatMap(([title, lines]) =>
      lines.length === 0 ? [] : ["", `;; ${title} SECTION:`].concat(lines),
    ),
  ].join("\n");
}

function recordLine(record: ResourceRecord): string {
  return `${nameToText(record.name)}\t${record.ttl}\tIN\t${typeText(typeOf(record))}\t${recordData(record)}`;
}

export interface ServerBlock {
  readonly zones: readonly string[];
  readonly plugins: readonly { readonly plugin: string; readonly about: string }[];
}

/** How the resolver is configured, a line a plugin. */
export function serverBlocks({ servers }: DnsSettings): readonly ServerBlock[] {
  return servers.map(({ zones, plugins }) => ({
    zones,
    plugins: plugins.map((config) => ({ plugin: config.plugin, about: aboutOf(config) })),
  }));
}

function aboutOf(config: DnsPlugin): string {
  switch (config.plugin) {
    case "kubernetes":
      return `${config.zones.join(", ")}; TTL ${config.ttl} s, pods ${config.pods}`;
    case "k8s_external":
    case "published":
      return `${config.zones.join(", ")}; TTL ${config.ttl} s`;
    case "hosts":
      return `${config.zones.join(", ") || "all names"}; TTL ${config.ttl} s`;
    case "file":
      return config.files.map(({ zone }) => zone).join(", ");
    case "forward":
      return `${config.from} to ${config.to.map(({ url }) => url).join(", ")}`;
    case "rewrite":
    case "template":
      return `${config.rules.length} ${config.rules.length === 1 ? "rule" : "rules"}`;
    case "acl":
      return `${config.rules.length} ${config.rules.length === 1 ? "rule" : "rules"} for ${config.zones.join(", ")}`;
    case "any":
    case "cache":
    case "log":
      return config.zones.join(", ");
    case "errors":
    case "loadbalance":
      return "";
  }
}
