import { randomBytes } from "node:crypto";
import * as z from "zod";
import { loadSealer, type Records, type Root } from "../../contract/index.ts";
import { compile } from "../../sync-agent/compile/compile.ts";
import { explain, type ExplainRequest } from "../../worker/ingress/explain/explain.ts";
import type { Explanation } from "../../worker/ingress/explain/explanation.ts";
import type { SnapshotView } from "../../worker/snapshot/view.ts";
import { askEdge, refusedBy, WRONG_HOST } from "../ask-edge.ts";
import { seenSchema } from "../edge-api.ts";
import { CommandError, UsageError } from "../exit.ts";
import type { ExplainFlags } from "../explain-request.ts";
import { explanationText } from "../explanation-text.ts";
import { manifestsAt } from "../manifests-at.ts";

/** @throws CommandError | UsageError */
export async function runExplain(method: string, url: URL, flags: ExplainFlags): Promise<void> {
  const asked = { method, url, headers: readHeaders(flags.header), address: flags.from };
  const explanation = await explanationOf(asked, flags);
  process.stdout.write(
    flags.format === "json"
      ? `${JSON.stringify(explanation, null, 2)}\n`
      : explanationText(explanation, seenSchema.safeParse(explanation).data?.seen),
  );
}

async function explanationOf(asked: ExplainRequest, flags: ExplainFlags): Promise<Explanation> {
  if (flags.edgeUrl !== undefined) return explainedByEdge(asked, flags);
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

async function explainedByEdge(
  { method, url, headers, address }: ExplainRequest,
  flags: ExplainFlags,
): Promise<Explanation> {
  const answer = await askEdge(flags, "/explain", [
    ["method", method],
    ["url", url.href],
    ["address", address],
    ...Array.from(headers, ([name, value]) => ["header", `${name}: ${value}`] as const),
  ]);
  if (answer.status !== 200) throw refusedBy(flags, "explain", answer);
  const explanation = explanationIn(answer.text);
  if (explanation !== undefined) return explanation;
  throw new CommandError(`the edge at ${flags.edgeUrl} does not explain; ${WRONG_HOST}`);
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
