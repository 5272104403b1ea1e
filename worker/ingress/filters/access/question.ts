/** What the service behind `auth-url` is told of a request (ingress-nginx: its nginx.tmpl). */
import type { ExternalAuth } from "../../../../contract/index.ts";
import { passTrace } from "../../../observe/trace-context.ts";
import { headerText } from "../../header-text.ts";
import { upstreamHeaders } from "../../headers.ts";
import type { TargetRequest } from "../../target-fetch.ts";
import { compileTemplate } from "../../variables.ts";
import type { Exchange } from "../filter.ts";

/** They belong to a body, which is not sent, or ask for a part or a state of something else than the answer. */
const WITHOUT_MEANING = [
  "expect",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-version",
  "upgrade",
];

const SENT_FROM = "nginx-ingress-controller";

export function questioner({
  method = "GET",
  requestRedirect,
  requestHeaders,
}: ExternalAuth): (exchange: Exchange) => Pick<TargetRequest, "method" | "headers"> {
  const redirect = compileTemplate(requestRedirect ?? "$request_uri");
  const own = Object.entries(requestHeaders).map(([name, text]) => [name, compileTemplate(text)] as const);
  return (exchange) => {
    const { request, url, host, client, requestId, facts } = exchange;
    const headers = upstreamHeaders(request, host, client, requestId);
    passTrace(headers, facts.trace);
    for (const name of Array.from(headers.keys()).filter((name) => name.startsWith("content-"))) {
      headers.delete(name);
    }
    for (const name of WITHOUT_MEANING) headers.delete(name);
    headers.delete("host");
    const uri = url.pathname + url.search;
    headers.set("x-original-url", `${client.scheme}://${host}${uri}`);
    headers.set("x-original-uri", uri);
    headers.set("x-original-method", request.method);
    headers.set("x-auth-request-redirect", headerText(redirect(exchange)));
    headers.set("x-sent-from", SENT_FROM);
    for (const [name, value] of own) headers.set(name, headerText(value(exchange)));
    return { method, headers };
  };
}
