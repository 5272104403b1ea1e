/** The plugin for tables of hosts (CoreDNS hosts). */
import { addressFamily, type HostsTable, type PluginConfig } from "../../contract/index.ts";
import { reverseAddressOf } from "./kubernetes/reverse-name.ts";
import { andThen } from "./maybe-promise.ts";
import type { Plugin, Resolution } from "./resolver.ts";
import { RCODE, TYPE } from "./wire/codes.ts";
import { nameFromText, nameToKey } from "./wire/name-text.ts";
import type { Question, ResourceRecord } from "./wire/record.ts";
import { fallthroughOf, Zones } from "./zones.ts";

/**
 * Names of PTR need not lie in the plugin's zones, and are the next plugin's where the table lacks them. Another name that
 * the table lacks is SERVFAIL unless it falls through: there is no SOA record that NXDOMAIN would need (CoreDNS).
 */
export function hosts(config: PluginConfig<"hosts">): Plugin {
  const zones = new Zones(config.zones);
  const fallthrough = fallthroughOf(config.fallthrough);
  const { table: key, ttl, reverse } = config;
  return (query, next) => {
    const { question, view } = query;
    const isPointer = question.type === TYPE.PTR;
    if (isPointer ? !reverse : !zones.has(question.name)) return next(query);
    return andThen(view.get("zones", key), (table) => {
      if (table?.kind !== "hosts") return FAILURE;
      const answers = isPointer ? pointers(table, question, ttl) : addresses(table, question, ttl);
      if (answers !== undefined) return { ...NOTHING, answers };
      return isPointer || fallthrough.has(question.name) ? next(query) : FAILURE;
    });
  };
}

const NOTHING: Resolution = {
  rcode: RCODE.NOERROR,
  authoritative: true,
  answers: [],
  authorities: [],
  additionals: [],
};
const FAILURE: Resolution = { ...NOTHING, rcode: RCODE.SERVFAIL, authoritative: false };

function pointers({ addresses }: HostsTable, { name }: Question, ttl: number): ResourceRecord[] | undefined {
  const address = reverseAddressOf(name);
  if (address === undefined || !Object.hasOwn(addresses, address)) return undefined;
  return addresses[address]?.map((text) => ({ name, ttl, type: "PTR", target: nameFromText(text) }));
}

/** `undefined` where the table does not have the name at all. */
function addresses(
  { names }: HostsTable,
  { name, type }: Question,
  ttl: number,
): ResourceRecord[] | undefined {
  const key = nameToKey(name);
  if (!Object.hasOwn(names, key)) return undefined;
  return names[key]?.flatMap((address): ResourceRecord[] => {
    const own = addressFamily(address) === 4 ? "A" : "AAAA";
    return TYPE[own] === type ? [{ name, ttl, type: own, address }] : [];
  });
}
