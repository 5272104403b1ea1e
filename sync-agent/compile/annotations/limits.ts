import type { Limits } from "../../../contract/index.ts";
import { BadValue, nginx, own } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { headerName, integer, ranges } from "./values.ts";

/** ingress-nginx's defaults. */
const BURST_MULTIPLIER = 5;
const STATUS = 503;

/** What nobody reaches; it keeps what is computed of it exact. */
const MOST = 10_000_000;
const MOST_MULTIPLIER = 1_000;

const SHARED =
  "Each isolate of the edge counts for itself, exactly, and hears of the others twice a second, so that all together keep to the limit within two seconds.";

const perSecond = nginx("limit-rps", {
  type: "number of requests",
  default: "none",
  example: `"10"`,
  text: "How many requests a second a client may make of the Ingress, all its paths together. Beside that, limit-burst-multiplier times as many may come at once. What is more is refused with lintel.dev/limit-status. 0 means no limit.",
  difference: `${SHARED} Responses bear RateLimit and RateLimit-Policy, refusals Retry-After.`,
  onBadValue: "keep",
  read: integer(0, MOST),
});

const perMinute = nginx("limit-rpm", {
  type: "number of requests",
  default: "none",
  example: `"300"`,
  text: "As limit-rps, for a minute. Where both are written, a request must keep to both.",
  difference: SHARED,
  onBadValue: "keep",
  read: integer(0, MOST),
});

const connections = nginx("limit-connections", {
  type: "number",
  default: "none",
  example: `"20"`,
  text: "How many requests a client may have underway at once. A request is underway until its response has been sent whole, a WebSocket until it is closed. 0 means no limit.",
  difference:
    "Each isolate of the edge counts for itself and hears of the others, as for limit-rps. WebSockets are passed on message by message, each of 32 MiB at most.",
  onBadValue: "keep",
  read: integer(0, MOST),
});

const burstMultiplier = nginx("limit-burst-multiplier", {
  type: "number",
  default: String(BURST_MULTIPLIER),
  example: `"3"`,
  text: "How many times limit-rps and limit-rpm may come at once, beyond the rate itself.",
  read: integer(1, MOST_MULTIPLIER),
});

const allowList = nginx("limit-allowlist", {
  alias: "limit-whitelist",
  type: "list of CIDRs",
  default: "none",
  example: "10.0.0.0/8, 2001:db8::/32",
  text: "Client addresses that are not limited. Also written `limit-whitelist`.",
  difference: "A list with a bad entry exempts nobody.",
  read: ranges,
});

const by = own("limit-by", {
  type: "`address`, or `header` and a header's name",
  default: "address",
  example: "header X-Tenant",
  text: "Whose requests are counted together: those from the same client address, or those with the same value of a request header. Requests without the header are counted by their address. Clients can write into a header what they like: it should be one that tells something only where it is true, such as a key that the Service checks.",
  onBadValue: "keep",
  read(text): Limits["by"] {
    const [kind, name, ...more] = text.trim().split(/\s+/);
    if (kind === "address" && name === undefined) return "address";
    if (kind === "header" && name !== undefined && more.length === 0) return { header: headerName(name) };
    throw new BadValue("is neither `address` nor `header` and a name", `Write as in "header X-Tenant".`);
  },
});

const status = own("limit-status", {
  type: "`503` or `429`",
  default: String(STATUS),
  example: `"429"`,
  text: "What requests beyond a limit are answered with. It stands for ingress-nginx's settings limit-req-status-code and limit-conn-status-code.",
  read(text): number {
    const value = integer(400, 599)(text);
    if (value === 503 || value === 429) return value;
    throw new BadValue("is neither 503 nor 429", "Write one of them.");
  },
});

export const limits: AnnotationGroup = {
  title: "Limits",
  annotations: [perSecond, perMinute, connections, burstMultiplier, allowList, by, status],
  read(reader) {
    // 0 is no limit, as in ingress-nginx.
    const second = reader.read(perSecond) || undefined;
    const minute = reader.read(perMinute) || undefined;
    const most = reader.read(connections) || undefined;
    const found: Limits = {
      by: reader.read(by) ?? "address",
      burstMultiplier: reader.read(burstMultiplier) ?? BURST_MULTIPLIER,
      exempt: reader.read(allowList) ?? [],
      status: reader.read(status) ?? STATUS,
      ...(second !== undefined && { perSecond: second }),
      ...(minute !== undefined && { perMinute: minute }),
      ...(most !== undefined && { connections: most }),
    };
    const isLimited = second !== undefined || minute !== undefined || most !== undefined;
    return isLimited ? { filters: { limits: found } } : {};
  },
};
