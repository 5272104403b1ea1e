import type { IncomingMessage } from "node:http";
import { decodeTimeouts, GATEWAY_HEADERS, type UpstreamTimeouts } from "../../contract/index.ts";
import { endToEndFields, type RawFields } from "../http/fields.ts";
import { type Framing, framingFields, requestFraming } from "../http/framing.ts";
import { equalSecrets } from "../secrets.ts";
import { GatewayError } from "./fault.ts";
import { parseHost, parseServerName, parseTarget, type Target } from "./target.ts";

/** A request that may be forwarded, once its target's addresses are found and allowed. */
export interface Admitted {
  readonly target: Target;
  /** The name that the upstream's certificate must bear; `undefined` when it need not verify. */
  readonly verify: string | undefined;
  /** Those of this request alone. */
  readonly timeouts: UpstreamTimeouts;
  /** Whether its connection is a new one and closed behind the response. */
  readonly close: boolean;
  readonly method: string;
  readonly path: string;
  readonly framing: Framing;
  /** Everything that the upstream gets, Host first, apart from what asks for an upgrade. */
  readonly fields: string[];
}

/**
 * Checks what the edge says of a request, and makes the upstream's request head of it.
 *
 * @throws GatewayError `secret` | `target`
 */
export function admit(request: IncomingMessage, secret: string): Admitted {
  const { headers, rawHeaders, method = "GET", url = "/" } = request;
  if (!equalSecrets(text(headers[GATEWAY_HEADERS.secret]), secret)) {
    throw new GatewayError("secret", "the request does not come from the edge");
  }
  const target = parseTarget(text(headers[GATEWAY_HEADERS.upstream]));
  if (target === undefined) throw new GatewayError("target", `${GATEWAY_HEADERS.upstream} is malformed`);
  const host = parseHost(text(headers[GATEWAY_HEADERS.host]));
  if (host === undefined) throw new GatewayError("target", `${GATEWAY_HEADERS.host} is malformed`);
  const verify = serverName(headers[GATEWAY_HEADERS.verify], target);
  const timeouts = decodeTimeouts(text(headers[GATEWAY_HEADERS.timeouts]) || NO_TIMEOUTS);
  if (timeouts === undefined) throw new GatewayError("target", `${GATEWAY_HEADERS.timeouts} is malformed`);
  const close = headers[GATEWAY_HEADERS.connection] === "close";
  const framing = requestFraming(rawHeaders);
  if (framing === undefined || !url.startsWith("/")) {
    throw new GatewayError("target", "the request's target or transfer coding cannot be forwarded");
  }
  return {
    target,
    verify,
    timeouts,
    close,
    method,
    path: url,
    framing,
    fields: upstreamFields(rawHeaders, host, framing, method),
  };
}

function serverName(value: string | string[] | undefined, { scheme }: Target): string | undefined {
  if (value === undefined) return undefined;
  const name = parseServerName(text(value));
  if (name === undefined || scheme !== "https") {
    throw new GatewayError(
      "target",
      `${GATEWAY_HEADERS.verify} is malformed, or stands with an upstream without TLS`,
    );
  }
  return name;
}

const NO_TIMEOUTS = ",,";

function upstreamFields(raw: RawFields, host: string, framing: Framing, method: string): string[] {
  const dropped = (name: string) =>
    name === "host" || name === "content-length" || name === "expect" || isOurs(name);
  return ["Host", host, ...endToEndFields(raw, dropped), ...framingFields(framing, method)];
}

/** The fields of edge and gateway; neither an upstream nor a client has a part in them. */
export function isOurs(name: string): boolean {
  return name.startsWith("lintel-");
}

function text(value: string | string[] | undefined): string {
  return typeof value === "string" ? value : "";
}
