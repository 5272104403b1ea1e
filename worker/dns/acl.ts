/** Who may ask what, by address and type (CoreDNS acl plugin). */
import { type AclRule, canonicalAddress, type PluginConfig } from "../../contract/index.ts";
import { type AddressTest, addressTest } from "../ingress/address-ranges.ts";
import type { Plugin, Query, Resolution } from "./resolver.ts";
import { EXTENDED_ERROR, RCODE } from "./wire/codes.ts";
import { Zones } from "./zones.ts";

interface Rule {
  readonly action: AclRule["action"];
  readonly types: ReadonlySet<number> | undefined;
  readonly isSource: AddressTest;
}

const EVERYBODY: AddressTest = () => true;
const NOBODY: AddressTest = () => false;

const BLOCKED = refusal(RCODE.REFUSED, EXTENDED_ERROR.BLOCKED);
const FILTERED = refusal(RCODE.NOERROR, EXTENDED_ERROR.FILTERED);

/**
 * The first rule of a block that matches decides; `allow` for the blocks behind it as well. An HTTP request has to be
 * answered: what is to be dropped is refused like what is blocked, without a reason.
 *
 * @param configs the acl blocks of a server block, which are one plugin
 */
export function acl(configs: readonly PluginConfig<"acl">[]): Plugin {
  const blocks = configs.map(({ zones, rules }) => ({ zones: new Zones(zones), rules: rules.map(readRule) }));
  return (query, next) => {
    for (const { zones, rules } of blocks) {
      if (!zones.has(query.question.name)) continue;
      // Whoever cannot be told apart is nobody (CoreDNS).
      if (canonicalAddress(query.client.address) === undefined) return BLOCKED;
      switch (rules.find((rule) => isFor(rule, query))?.action) {
        case undefined:
          continue;
        case "allow":
          return next(query);
        case "block":
          return BLOCKED;
        case "filter":
          return FILTERED;
        case "drop":
          return DROPPED;
      }
    }
    return next(query);
  };
}

const DROPPED: Resolution = { ...BLOCKED, extendedError: undefined };

function readRule({ action, types, sources }: AclRule): Rule {
  return {
    action,
    types: types.length === 0 ? undefined : new Set(types),
    // The agent has checked the ranges; should one be none all the same, the rule is nobody's.
    isSource: sources.length === 0 ? EVERYBODY : (addressTest(sources) ?? NOBODY),
  };
}

function isFor({ types, isSource }: Rule, { question, client }: Query): boolean {
  return (types?.has(question.type) ?? true) && isSource(client.address);
}

function refusal(rcode: number, code: number): Resolution {
  return {
    rcode,
    authoritative: false,
    answers: [],
    authorities: [],
    additionals: [],
    extendedError: { code },
  };
}
