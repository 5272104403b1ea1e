import type { Forwarding, RetryCondition } from "../../../contract/index.ts";
import { BadValue, nginx, own } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import type { AnnotationReader } from "./reader.ts";
import { boolean, duration, integer, line, list, oneOf } from "./values.ts";

/** Protocols of ingress-nginx that are not forwarded, and why. */
const UNSERVED_PROTOCOLS: Readonly<Record<string, string>> = {
  GRPC: "needs HTTP/2 and trailers from end to end, which Workers do not have",
  GRPCS: "needs HTTP/2 and trailers from end to end, which Workers do not have",
  FCGI: "is FastCGI, which the gateway does not speak",
  AUTO_HTTP: "leaves the protocol to be guessed at each connection, which the gateway does not",
};

const backendProtocol = nginx("backend-protocol", {
  type: "`HTTP` or `HTTPS`",
  default: "HTTP",
  example: "HTTPS",
  text: "What the Service's pods speak. Certificates of pods are not verified unless proxy-ssl-verify asks for it.",
  difference:
    "GRPC, GRPCS, FCGI and AUTO_HTTP are refused: the Ingress keeps its last good form, or answers 503.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  onBadValue: "keep",
  read(text) {
    const protocol = text.trim().toUpperCase();
    if (protocol === "HTTP" || protocol === "HTTPS") return protocol === "HTTPS" ? "https" : "http";
    const reason = UNSERVED_PROTOCOLS[protocol];
    throw new BadValue(
      reason ?? "is not one of HTTP, HTTPS",
      reason === undefined
        ? "Write what the pods speak."
        : `Write "HTTP" or "HTTPS" if the pods speak that as well, or expose the Service in another way.`,
    );
  },
});

const onOff = (text: string): boolean => oneOf("on", "off")(text) === "on";

const sslVerify = nginx("proxy-ssl-verify", {
  type: "`on` or `off`",
  default: "off",
  example: `"on"`,
  text: "Whether the certificate of an HTTPS Service is verified. It must bear the name of proxy-ssl-name.",
  difference:
    "The authorities are those that the gateway trusts, not those of proxy-ssl-secret. Without proxy-ssl-name there is nothing to verify for, and the annotation is refused.",
  onBadValue: "keep",
  read: onOff,
});

const sslName = nginx("proxy-ssl-name", {
  type: "hostname",
  default: "none",
  example: "web.shop.svc",
  text: "The name that an HTTPS Service's certificate must bear where proxy-ssl-verify is on. It is the server name (SNI) then, too.",
  difference: "No server name is sent unless the certificate is verified.",
  onBadValue: "keep",
  read(text) {
    const name = line(text).toLowerCase().replace(/\.$/, "");
    const isName = name.length <= 253 && name.split(".").every((label) => LABEL.test(label));
    if (isName && !/(?:^|\.)\d+$/.test(name)) return name;
    throw new BadValue("is not a hostname", "Write the name in the pods' certificate.");
  },
});

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const serviceUpstream = nginx("service-upstream", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Forwards to the Service's own address, behind which the cluster balances, instead of to its endpoints. A Service without an address (headless) is balanced over its endpoints all the same.",
  difference: "The gateway must be allowed to reach the cluster's range of Service addresses.",
  read: boolean,
});

const time = (text: string): number => {
  const ms = duration(text);
  if (ms > 0) return ms;
  throw new BadValue("is no time to wait", "Write a number of seconds of 1 or more.");
};

const TIME = "number of seconds, or a time such as `90s`";
/** Of the timeouts. */
const BY_GATEWAY =
  "The gateway keeps it; one that cannot set timeouts for a single request has the same for all, by its own configuration.";

const connectTimeout = nginx("proxy-connect-timeout", {
  type: TIME,
  default: "5",
  example: `"10"`,
  text: "How long a connection to an endpoint may take to come about, TLS included.",
  difference: `${BY_GATEWAY} Where no connection comes about the answer is 502, not 504.`,
  read: time,
});

const readTimeout = nginx("proxy-read-timeout", {
  type: TIME,
  default: "60",
  example: `"120"`,
  text: "How long an endpoint may send nothing: until the answer begins (then it is answered with 504), and between two parts of it. Where it is written, also how long a WebSocket may rest.",
  difference: `${BY_GATEWAY} A WebSocket may rest for as long as its ends like where it is not written.`,
  read: time,
});

const sendTimeout = nginx("proxy-send-timeout", {
  type: TIME,
  default: "60",
  example: `"120"`,
  text: "How long an endpoint may take nothing of a request that is sent to it.",
  difference: BY_GATEWAY,
  read: time,
});

const STATUSES: Readonly<Record<string, number>> = {
  http_403: 403,
  http_404: 404,
  http_429: 429,
  http_500: 500,
  http_502: 502,
  http_503: 503,
  http_504: 504,
};

const WORDS = ["error", "timeout", "invalid_header", "non_idempotent"] as const;

const nextUpstream = nginx("proxy-next-upstream", {
  type: "words: `error`, `timeout`, `invalid_header`, `http_403`, `http_404`, `http_429`, `http_500`, `http_502`, `http_503`, `http_504`, `non_idempotent`, `off`",
  default: "error timeout",
  example: "error timeout http_503",
  text: "What another endpoint is tried after. A request that may not happen twice (POST, LOCK, PATCH) is repeated only where it cannot have arrived, unless `non_idempotent` is among the words; one with a body only while no more than 4 MiB of it were sent.",
  difference:
    "No endpoint is tried twice. Retries after anything but a failed connection are limited to a fifth of a Service's requests, and some, unless they leave an endpoint that fails for one that serves: an outage is not multiplied. A connection that was refused and one that timed out are not told apart, and fall under `error` and `timeout` alike.",
  read(text): RetryCondition[] {
    const words = text.trim().split(/\s+/);
    if (words.includes("off")) return [];
    return words.map((word) => {
      const condition = WORDS.find((known) => known === word) ?? STATUSES[word];
      if (condition !== undefined) return condition;
      throw new BadValue(
        `holds "${word}", which is no such condition`,
        "Write conditions of nginx's proxy_next_upstream with spaces between.",
      );
    });
  },
});

const nextUpstreamTries = nginx("proxy-next-upstream-tries", {
  type: "number",
  default: "3",
  example: `"2"`,
  text: "How many endpoints are tried at most, the first one included. 0 means all.",
  read: integer(0, 1_000),
});

const nextUpstreamTimeout = nginx("proxy-next-upstream-timeout", {
  type: TIME,
  default: "0",
  example: `"10"`,
  text: "How long after the first try another may begin. 0 means for ever.",
  read: duration,
});

const httpVersion = nginx("proxy-http-version", {
  type: "`1.0` or `1.1`",
  default: "1.1",
  example: `"1.1"`,
  text: "Accepted: endpoints are spoken to in HTTP/1.1 in any case.",
  difference: "1.0 is not spoken.",
  differsFor: (text) => text.trim() === "1.0",
  read: oneOf("1.0", "1.1"),
});

const connectionHeader = nginx("connection-proxy-header", {
  type: "`keep-alive` or `close`",
  default: "keep-alive",
  example: "close",
  text: "The Connection header that the Service gets: `close` has a connection of its own for every request. WebSockets say `upgrade` in any case.",
  difference: "Other values are refused: what else stands in this header belongs to the gateway.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  read: oneOf("keep-alive", "close"),
});

const healthStatuses = own("health-statuses", {
  type: "list of statuses",
  default: "none",
  example: "500,502,503",
  text: "Responses that count as failures of the endpoint that gave them. Three failures one after the other (these, connections that fail or break, and timeouts) leave an endpoint out for 5 seconds, and for twice as long after each trial that fails, up to a minute; never more than half of a Service's endpoints.",
  read(text) {
    const statuses = list(text).map(integer(400, 599));
    if (statuses.length > 0) return statuses;
    throw new BadValue("names no status", `Write statuses as in "500,503".`);
  },
});

export const forwarding: AnnotationGroup = {
  title: "Forwarding, timeouts and retries",
  annotations: [
    backendProtocol,
    sslVerify,
    sslName,
    serviceUpstream,
    connectTimeout,
    readTimeout,
    sendTimeout,
    nextUpstream,
    nextUpstreamTries,
    nextUpstreamTimeout,
    httpVersion,
    connectionHeader,
    healthStatuses,
  ],
  read(reader) {
    reader.read(httpVersion);
    const unhealthy = reader.read(healthStatuses);
    const forwarding: Forwarding = {
      ...protocolOf(reader),
      ...(reader.read(serviceUpstream) === true && { viaService: true }),
      ...defined("connectMs", reader.read(connectTimeout)),
      ...defined("readMs", reader.read(readTimeout)),
      ...defined("sendMs", reader.read(sendTimeout)),
      ...defined("retryOn", reader.read(nextUpstream)),
      ...defined("tries", reader.read(nextUpstreamTries)),
      ...defined("triesMs", reader.read(nextUpstreamTimeout) || undefined),
      ...(reader.read(connectionHeader) === "close" && { close: true }),
      ...defined("unhealthy", unhealthy),
    };
    return Object.keys(forwarding).length === 0 ? {} : { filters: { forwarding } };
  },
};

function protocolOf(reader: AnnotationReader): Pick<Forwarding, "scheme" | "verify"> {
  const scheme = reader.read(backendProtocol) ?? "http";
  const verify = reader.read(sslVerify) ?? false;
  const name = reader.read(sslName);
  if (scheme === "http") return {};
  if (!verify) return { scheme };
  if (name !== undefined) return { scheme, verify: name };
  if (!reader.has(sslName)) {
    reader.refuse(
      sslVerify,
      new BadValue(
        "asks for a certificate without saying for which name",
        "Write the name in the pods' certificate as proxy-ssl-name.",
      ),
    );
  }
  return { scheme };
}

function defined<K extends keyof Forwarding>(
  key: K,
  value: Forwarding[K] | undefined,
): Partial<Pick<Forwarding, K>> {
  return value === undefined ? {} : ({ [key]: value } as Pick<Forwarding, K>);
}
