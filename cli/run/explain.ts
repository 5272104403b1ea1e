import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { request } from "undici";
import * as z from "zod";
import { loadSealer, type Records, type Root } from "../../contract/index.ts";
import { compile } from "../../sync-agent/compile/compile.ts";
import { explain, type ExplainRequest } from "../../worker/ingress/explain/explain.ts";
import type { Explanation } from "../../worker/ingress/explain/explanation.ts";
import type { SnapshotView } from "../../worker/snapshot/view.ts";
import { CommandError, UsageError } from "../exit.ts";
import type { ExplainFlags } from "../explain-request.ts";
import { explanationText } from "../explanation-text.ts";
import { manifestsAt } from "../manifests-at.ts";

/** @throws CommandError | UsageError */
export async function runExplain(method: string, url: URL, flags: ExplainFlags): Promise<void> {
  const asked = { method, url, headers: readHeaders(flags.header), address: flags.from };
  const explanation = await explanationOf(asked, flags);
  process.stdout.write(
    flags.format === "json" ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation),
  );
}

async function explanationOf(asked: ExplainRequest, flags: ExplainFlags): Promise<Explanation> {
  if (flags.edgeUrl !== undefined) return askEdge(asked, flags.edgeUrl, flags);
  if (flags.manifests === undefined) {
    throw new UsageError("name manifests (--manifests) or an edge (--edge-url)");
  }
  const { state, warnings } = await manifestsAt(flags.manifests);
  const compiled = await compile(state, {
    ingressClass: flags.ingressClass,
    adoptedClasses: flags.adoptClass,
    controllerConfig: flags.controllerConfig,
    systemHost: flags.systemHost,
    dns: { domain: flags.clusterDomain, ttl: 5, pods: "insecure" },
    now: Date.now(),
    // What it seals is thrown away.
    sealer: await loadSealer(randomBytes(32).toString("base64")),
  });
  for (const { object, field, message } of [...warnings, ...compiled.warnings]) {
    process.stderr.write(`${object}, ${field}: ${message}\n`);
  }
  return explain(viewOf(compiled.records), asked, { systemHost: flags.systemHost });
}

/** What was compiled, as an edge sees it. Nothing was published, so that there is no root. */
function viewOf(records: Records): SnapshotView {
  return { root: {} as Root, get: (section, key) => records[section].get(key) };
}

async function askEdge(
  { method, url, headers, address }: ExplainRequest,
  edge: string,
  { token, systemHost }: ExplainFlags,
): Promise<Explanation> {
  const question = new URL("/explain", edge);
  question.searchParams.set("method", method);
  question.searchParams.set("url", url.href);
  question.searchParams.set("address", address);
  for (const [name, value] of headers) question.searchParams.append("header", `${name}: ${value}`);
  // An edge that is asked by its address is told which of its hosts is meant.
  const { hostname, host } = question;
  const isAddress = hostname === "localhost" || isIP(hostname.replaceAll(/[[\]]/g, "")) !== 0;
  const asked = {
    host: isAddress ? systemHost : host,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  let status: number;
  let text: string;
  try {
    const response = await request(question, {
      headers: asked,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    status = response.statusCode;
    text = await response.body.text();
  } catch (cause) {
    const problem = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new CommandError(`the edge at ${edge} cannot be asked (${problem}); check --edge-url`, { cause });
  }
  if (status !== 200) {
    const remedy = REMEDIES[status] ?? "see its log";
    throw new CommandError(`the edge at ${edge} does not explain: ${text.trim().slice(0, 200)}; ${remedy}`);
  }
  const explanation = explanationIn(text);
  if (explanation !== undefined) return explanation;
  throw new CommandError(`the edge at ${edge} does not explain; ${WRONG_HOST}`);
}

/** `undefined` for what something else than an edge answers with. */
function explanationIn(text: string): Explanation | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return answerSchema.safeParse(value).success ? (value as Explanation) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Enough to tell an explanation from anything else. */
const answerSchema = z.looseObject({
  request: z.looseObject({ method: z.string(), url: z.string() }),
  outcome: z.looseObject({ kind: z.string(), text: z.string() }),
});

const WRONG_HOST = "check --edge-url and --system-host: this is not the hostname of the edge's own endpoints";

const TIMEOUT_MS = 10_000;

const REMEDIES: Readonly<Record<number, string>> = {
  401: "give it the resolver's token (--token)",
  403: "ask on the edge's own machine, or give it a token for its resolver (LINTEL_DNS_TOKEN)",
  404: WRONG_HOST,
  503: "nothing has been published yet",
};

function readHeaders(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    try {
      if (colon < 1) throw new TypeError("there is no colon");
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new UsageError(`--header ${line}: write a header as in "X-Tenant: acme"`, { cause });
    }
  }
  return headers;
}
