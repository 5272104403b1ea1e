/**
 * Which generation answered, for an operator who asks: to a request with the header `x-lintel-debug` the response says it
 * in `x-lintel-generation`. Nobody else learns it, and neither header is passed on to a Service or taken from one.
 */
import type { ClientFacts, DnsAccess } from "../contract/index.ts";
import { DEBUG_HEADER, GENERATION_HEADER } from "./ingress/headers.ts";
import type { SnapshotView } from "./snapshot/view.ts";
import { operatorRefusal } from "./system/operator.ts";

export type NameGeneration = (
  response: Response,
  view: SnapshotView | undefined,
  request: Request,
  client: ClientFacts,
) => Response;

/**
 * The request's header has the operator's token as its value; anything where asking from loopback is enough.
 *
 * @param access who counts as an operator, as for the edge's own endpoints.
 */
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
