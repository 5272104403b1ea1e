/** What a default backend is told of the request that it answers (ingress-nginx "Custom errors"). */
import type { ErrorPages } from "../../../contract/index.ts";
import type { Exchange } from "./filter.ts";

/** @param status of the error */
export function tellDefaultBackend(
  headers: Headers,
  { request, url, route, requestId }: Exchange,
  status: number,
  failed: ErrorPages["failed"],
): void {
  const [namespace = "", name = ""] = route.ingress.split("/");
  headers.set("x-code", String(status));
  headers.set("x-format", request.headers.get("accept") ?? "");
  headers.set("x-original-uri", url.pathname + url.search);
  headers.set("x-namespace", namespace);
  headers.set("x-ingress-name", name);
  headers.set("x-service-name", failed.service);
  headers.set("x-service-port", failed.port);
  headers.set("x-request-id", requestId);
}
