import type { PluginConfig } from "../../contract/index.ts";
import type { Plugin } from "./resolver.ts";
import { RCODE, TYPE } from "./wire/codes.ts";
import { Zones } from "./zones.ts";

/** CoreDNS: as long as the number of the RFC. */
const TTL = 8482;
const HINFO = hinfoData("ANY obsoleted", "See RFC 8482");

/** Answers ANY with a record of no use (RFC 8482 4.2), whether the name exists or not, as CoreDNS does. */
export function any(config: PluginConfig<"any">): Plugin {
  const zones = new Zones(config.zones);
  return (query, next) => {
    const { name, type, class: qclass } = query.question;
    if (type !== TYPE.ANY || !zones.has(name)) return next(query);
    return {
      rcode: RCODE.NOERROR,
      authoritative: false,
      answers: [{ name, ttl: TTL, type: "opaque", code: TYPE.HINFO, class: qclass, data: HINFO }],
      authorities: [],
      additionals: [],
    };
  };
}

/** RFC 1035 3.3.2: two character strings. */
function hinfoData(cpu: string, os: string): Uint8Array {
  const withLength = (text: string) => String.fromCharCode(text.length) + text;
  return new TextEncoder().encode(withLength(cpu) + withLength(os));
}
