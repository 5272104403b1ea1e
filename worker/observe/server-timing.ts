/** `Server-Timing` (W3C Server Timing): what a browser's developer tools show beside a request's times. */
import type { RequestFacts } from "./facts.ts";

export function serverTiming(facts: RequestFacts): string {
  const { route, backend, endpoint, tries, upstreamMs, durationMs, cache, generation, trace } = facts;
  const told = (name: string, text: string | number | undefined) =>
    text === undefined ? [] : [`${name};desc="${String(text).replaceAll(/[^ !#-[\]-~]/g, "?")}"`];
  return [
    `total;dur=${durationMs}`,
    ...(tries > 0 ? [`upstream;dur=${upstreamMs}`, `edge;dur=${Math.max(0, durationMs - upstreamMs)}`] : []),
    ...told("tries", tries),
    ...told("ingress", route?.ingress),
    ...told("rule", route && `${facts.host ?? ""}${route.match.path.value}`),
    ...told("backend", backend && `${backend.service}:${backend.port}`),
    ...told("endpoint", endpoint),
    ...told("cache", cache),
    ...told("generation", generation),
    ...told("trace", trace.traceId),
  ].join(", ");
}
