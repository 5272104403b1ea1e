/** `/metrics`: what this isolate has counted, for whoever may ask the resolver about everything. */
import { Hono } from "hono";
import type { ClientFacts, DnsAccess } from "../../contract/index.ts";
import { operatorRefusal } from "./operator.ts";

export interface MetricsEndpointOptions {
  readonly text: () => string;
  readonly access: DnsAccess;
  readonly token: string | undefined;
}

export function metricsEndpoint(
  options: MetricsEndpointOptions,
): Hono<{ Bindings: { client: ClientFacts } }> {
  const app = new Hono<{ Bindings: { client: ClientFacts } }>();
  app.get("/", (c) => {
    const refusal = operatorRefusal(options, c.env.client, c.req.header("authorization"));
    if (refusal !== undefined) return refusal;
    return c.body(options.text(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    });
  });
  return app;
}
