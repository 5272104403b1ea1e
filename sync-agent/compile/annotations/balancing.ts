import type { Balance } from "../../../contract/index.ts";
import { BadValue, nginx, own } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean, integer, knownVariables, oneOf } from "./values.ts";

/** What ingress-nginx knows, or knew once, under another name here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ip_hash: `Write upstream-hash-by: "$remote_addr" instead.`,
  least_conn: `Write lintel.dev/load-balance: "least_connections" instead.`,
};

const loadBalance = nginx("load-balance", {
  type: "`round_robin` or `ewma`",
  default: "round_robin",
  example: "ewma",
  text: "How a Service's endpoints share the requests: in turn, or (`ewma`) by the better of two endpoints' moving averages of response times.",
  difference:
    "Every isolate of the edge takes turns and measures for itself. Response times end when the response begins, so that large downloads make no endpoint slow. `ip_hash` is upstream-hash-by with `$remote_addr`.",
  read(text) {
    const remedy = ELSEWHERE[text.trim()];
    if (remedy !== undefined) throw new BadValue("has another name here", remedy);
    return oneOf("round_robin", "ewma")(text);
  },
});

const ownLoadBalance = own("load-balance", {
  type: "`round_robin`, `ewma` or `least_connections`",
  default: "that of nginx.ingress.kubernetes.io/load-balance",
  example: "least_connections",
  text: "As load-balance, and comes before it. `least_connections` chooses the endpoint with the fewest responses under way, as far as this isolate of the edge knows; a WebSocket counts until it is open.",
  read: oneOf("round_robin", "ewma", "least_connections"),
});

const hashBy = nginx("upstream-hash-by", {
  type: "text with nginx's variables",
  default: "none",
  example: "$remote_addr",
  text: "Requests for which this is the same go to the same endpoint. When one of n endpoints goes, only its own keys move, to all others alike. Comes before load-balance.",
  difference:
    "Where the text is empty (a header that is not there), the request is balanced in turn; ingress-nginx sends all of these to one endpoint.",
  read(text) {
    const key = knownVariables(text);
    if (key.includes("$")) return key;
    throw new BadValue(
      "is the same for every request, so that one endpoint would get them all",
      `Write a variable such as "$remote_addr" or "$request_uri".`,
    );
  },
});

const hashBySubset = nginx("upstream-hash-by-subset", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Gives each key of upstream-hash-by several endpoints, which take turns.",
  difference:
    "Each key has a choice of endpoints of its own, where ingress-nginx divides them into fixed groups; a group's failure is thereby nobody's.",
  read: boolean,
});

const hashBySubsetSize = nginx("upstream-hash-by-subset-size", {
  type: "number",
  default: "3",
  example: `"5"`,
  text: "How many endpoints a key has with upstream-hash-by-subset.",
  read: integer(1, 1_000),
});

/** ingress-nginx's. */
const SUBSET_SIZE = 3;

export const balancing: AnnotationGroup = {
  title: "Balancing",
  annotations: [loadBalance, ownLoadBalance, hashBy, hashBySubset, hashBySubsetSize],
  read(reader) {
    const algorithm = [reader.read(ownLoadBalance), reader.read(loadBalance)].find((it) => it !== undefined);
    const key = reader.read(hashBy);
    const isSubset = reader.read(hashBySubset) ?? false;
    const size = reader.read(hashBySubsetSize) ?? SUBSET_SIZE;
    const balance: Balance | undefined =
      key !== undefined
        ? { by: "hash", key, ...(isSubset && { subset: size }) }
        : algorithm && { by: algorithm };
    return balance === undefined ? {} : { filters: { balance } };
  },
};
