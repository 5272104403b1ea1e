/**
 * Which generation answered, for an operator who asks: to a request with the header `lintel-debug` the response says it
 * in `lintel-generation`. Nobody else learns it, and neither header is passed on to a Service or taken from one.
 */
import type { ClientFacts, DnsAccess } from "../contract/index.ts";
import type { SnapshotView } from "./snapshot/view.ts";
import { operatorRefusal } from "./system/operator.ts";

/** Its value is the operator's token; anything where asking from loopback is enough. */
const DEBUG_HEADER = "lintel-debug";
const GENERATION_HEADER = "lintel-generation";

export type NameGeneration = (
  response: Response,
  view: SnapshotView | undefined,
  request: Request,
  client: ClientFacts,
) => Response;

/** @param access who counts as an operator, as for the edge's own endpoints. */
export function generationNaming(access: {
  readonly access: DnsAccess;
  readonly token: string | undefined;
}): NameGeneration {
  return (response, view, request, client) => {
    const shown = request.headers.get(DEBUG_HEADER);
    if (shown === null || view === undefined || response.webSocket) return response;
    if (operatorRefusal(access, client, `Bearer ${shown}`) !== undefined) return response;
    // Headers of a response that comes out of a cache cannot be written.
    const named = new Response(response.body, response);
    named.headers.set(GENERATION_HEADER, String(view.root.generation));
    return named;
  };
}
