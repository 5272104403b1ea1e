/** Asks a running edge, and says in terms of the flags what is wrong where it cannot. */
import { isIP } from "node:net";
import { request } from "undici";
import type * as z from "zod";
import type { EdgeFlags } from "./edge-flags.ts";
import { CommandError, UsageError } from "./exit.ts";

export interface EdgeAnswer {
  readonly status: number;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;

const REMEDIES: Readonly<Record<number, string>> = {
  401: "give it the resolver's token (--token)",
  403: "ask on the edge's own machine, or give it a token for its resolver (LINTEL_DNS_TOKEN)",
  404: "check --edge-url and --system-host: this is not the hostname of the edge's own endpoints",
  503: "nothing has been published yet",
};

export const WRONG_HOST = REMEDIES[404];

/** @throws UsageError without an edge to ask; CommandError where it does not answer. */
export async function askEdge(
  flags: EdgeFlags,
  path: string,
  parameters: readonly (readonly [string, string])[] = [],
): Promise<EdgeAnswer> {
  const { edgeUrl, token, systemHost } = flags;
  if (edgeUrl === undefined) throw new UsageError("name an edge (--edge-url), as in http://127.0.0.1:8080");
  const question = new URL(path, edgeUrl);
  for (const [name, value] of parameters) question.searchParams.append(name, value);
  // An edge that is asked by its address is told which of its hosts is meant.
  const { hostname, host } = question;
  const isAddress = hostname === "localhost" || isIP(hostname.replaceAll(/[[\]]/g, "")) !== 0;
  // Browsers look for these names on their own machine (RFC 6761, 6.3), resolvers need not know them.
  if (hostname.endsWith(".localhost")) question.hostname = "127.0.0.1";
  const headers = {
    host: isAddress ? systemHost : host,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  try {
    const response = await request(question, {
      headers,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    return { status: response.statusCode, text: await response.body.text() };
  } catch (cause) {
    const problem = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new CommandError(`the edge at ${edgeUrl} cannot be asked (${problem}); check --edge-url`, {
      cause,
    });
  }
}

/** @param what it does not do, where it answers so: `explain`. */
export function refusedBy({ edgeUrl }: EdgeFlags, what: string, { status, text }: EdgeAnswer): CommandError {
  const remedy = REMEDIES[status] ?? "see its log";
  return new CommandError(`the edge at ${edgeUrl} does not ${what}: ${text.trim().slice(0, 200)}; ${remedy}`);
}

/**
 * The JSON at a path, as far as the schema knows it.
 *
 * @throws CommandError where it is something else: what answers is no edge, or an older one.
 */
export async function askJson<T extends z.ZodType>(
  flags: EdgeFlags,
  what: string,
  path: string,
  schema: T,
): Promise<z.output<T>> {
  const answer = await askEdge(flags, path);
  if (answer.status !== 200) throw refusedBy(flags, what, answer);
  const found = schema.safeParse(parsed(answer.text));
  if (found.success) return found.data;
  throw new CommandError(
    `the edge at ${flags.edgeUrl} answers ${path} with something else; ${WRONG_HOST}, or the edge is of another version`,
  );
}

/** As askJson(); `undefined` where the edge has no such path, being an older one. */
export async function askJsonIfAny<T extends z.ZodType>(
  ...asked: Parameters<typeof askJson<T>>
): Promise<z.output<T> | undefined> {
  const [flags, what, path, schema] = asked;
  const answer = await askEdge(flags, path);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusedBy(flags, what, answer);
  return schema.safeParse(parsed(answer.text)).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
