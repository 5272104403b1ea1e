/** The head that an edge holds itself (on its system host), beside the one in KV. */
import * as z from "zod";
import { parseAs, parseJson } from "../../contract/index.ts";
import { problemOf, PublishError, type PublishReason } from "./error.ts";

export interface EdgeHead {
  /**
   * The signed root's text, not yet verified; `undefined` while the edge has none.
   *
   * @throws PublishError
   */
  get(signal?: AbortSignal): Promise<string | undefined>;
  /**
   * Offers a signed root. `overtaken`: the edge holds a newer one, or another of the same generation.
   *
   * @throws PublishError
   */
  put(signedRoot: string, generation: number, signal?: AbortSignal): Promise<"taken" | "overtaken">;
}

const answerSchema = z.looseObject({ generation: z.int() });

/**
 * @param fetchHead for a URL whose host has to be dialed at another address than it resolves to.
 * @param timeoutMs of one request, its answer included.
 */
export function createEdgeHead(url: string, fetchHead: typeof fetch = fetch, timeoutMs = 10_000): EdgeHead {
  async function request(operation: string, init: RequestInit, signal: AbortSignal | undefined) {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetchHead(url, {
        ...init,
        redirect: "manual",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new PublishError({
        operation,
        reason: "unavailable",
        problem: problemOf(error),
        remedy: "check that the edge runs and that the head URL leads to it; the agent will try again",
        cause: error,
      });
    }
  }

  return {
    async get(signal) {
      const operation = `read the head of the edge at ${url}`;
      const { status, text } = await request(operation, { method: "GET" }, signal);
      if (status === 200) return text;
      if (status === 404) return undefined;
      throw refusal(operation, status, text);
    },
    async put(signedRoot, generation, signal) {
      const operation = `put generation ${generation} to the edge at ${url}`;
      const headers = { "content-type": "text/plain" };
      const init = { method: "PUT", headers, body: signedRoot };
      const { status, text } = await request(operation, init, signal);
      if (status === 409) return "overtaken";
      if (status !== 200) throw refusal(operation, status, text);
      if (generationIn(text) === generation) return "taken";
      // Something that answers every PUT with 200, an application behind the edge for instance.
      throw refusal(operation, status, text, "answered, but not as the head of an edge does");
    },
  };
}

function generationIn(text: string): number | undefined {
  try {
    return parseAs("answer", answerSchema, parseJson("answer", text)).generation;
  } catch {
    return undefined;
  }
}

function refusal(operation: string, status: number, text: string, problem?: string): PublishError {
  const [reason, remedy] = meaningOf(status);
  const said = text.trim().slice(0, 200);
  return new PublishError({
    operation,
    reason,
    problem: problem ?? `answered ${status}${said === "" ? "" : ` (${said})`}`,
    remedy,
  });
}

function meaningOf(status: number): [PublishReason, string] {
  if (status === 422) {
    return [
      "keys",
      "give the edge the public key that belongs to the agent's signing key, and this cluster's name (LINTEL_PUBLIC_KEY, LINTEL_CLUSTERS)",
    ];
  }
  if (status === 429) return ["limited", "the agent will try again"];
  if (status >= 500) return ["unavailable", "see the edge's log; the agent will try again"];
  return ["rejected", "check that the head URL is the edge's system host with the path /head"];
}
