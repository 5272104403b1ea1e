/** What the edge says of itself, and whether it follows what is published. */
import * as z from "zod";
import { ContractError, decodeHead, headKey, parseAs, parseJson } from "../../contract/index.ts";
import { problemOf, PublishError } from "../publish/error.ts";
import type { Kv } from "../publish/kv.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";

export interface EdgeCheck {
  readonly cluster: string;
  /** `https://<system host>`, without a slash at its end. */
  readonly systemUrl: string;
  readonly fetch: typeof fetch;
  /** Where the agent publishes; `undefined` when that is not known. */
  readonly kv: Pick<Kv, "get"> | undefined;
  /** Of one request, in milliseconds. */
  readonly timeoutMs: number;
}

const statusSchema = z.looseObject({
  cluster: z.string().optional(),
  generation: z.int().optional(),
  ageSeconds: z.number().optional(),
  lastError: z.string().nullable(),
});

const HEALTH = "edge health";
const STATUS = "edge status";

export async function checkEdge(check: EdgeCheck): Promise<Finding[]> {
  const health = await ask(check, "/healthz");
  if ("outcome" in health) return [{ ...health, name: HEALTH }, skip(STATUS, "the edge cannot be asked")];
  return [healthOf(check, health), await checkStatus(check)];
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask({ systemUrl, fetch, timeoutMs }: EdgeCheck, path: string): Promise<Answer | Finding> {
  const url = `${systemUrl}${path}`;
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, text: (await response.text()).trim() };
  } catch (error) {
    return fail(
      STATUS,
      `${url} cannot be reached: ${problemOf(error)}`,
      "check that the Worker is deployed, that the system host is routed to it, and that --system-url names it",
    );
  }
}

function healthOf({ systemUrl }: EdgeCheck, { status, text }: Answer): Finding {
  if (status === 200 && text === "ok") return ok(HEALTH, systemUrl);
  if (status === 503 && text.includes("no snapshot")) {
    return warn(
      HEALTH,
      "the edge runs and has no snapshot yet",
      "start the agent; see the checks of the head",
    );
  }
  return fail(
    HEALTH,
    `${systemUrl}/healthz answered ${status} (${text.slice(0, 100)}), not as an edge does`,
    "check that --system-url is the edge's system host (LINTEL_SYSTEM_HOST), and see the Worker's log",
  );
}

async function checkStatus(check: EdgeCheck): Promise<Finding> {
  const answer = await ask(check, "/status");
  if ("outcome" in answer) return answer;
  let status: z.output<typeof statusSchema>;
  try {
    status = parseAs("status", statusSchema, parseJson("status", answer.text));
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const remedy =
      "check that --system-url is the edge's system host, and that its Worker is of this version";
    return fail(STATUS, `answered ${answer.status}: ${error.message}`, remedy);
  }
  const { cluster, generation, ageSeconds, lastError } = status;
  if (cluster !== undefined && cluster !== check.cluster) {
    const remedy = "check --cluster, and the edge's LINTEL_CLUSTERS";
    return fail(STATUS, `it serves cluster ${cluster}, not ${check.cluster}`, remedy);
  }
  if (lastError !== null) {
    return warn(
      STATUS,
      `it could not follow the head at its last look: ${lastError}`,
      "it serves what it has; see that its KV binding is the agent's namespace, and its public key the agent's",
    );
  }
  if (generation === undefined) return warn(STATUS, "it has no snapshot yet", "start the agent");
  return follows(check, generation, `generation ${generation}, made ${ageSeconds ?? 0} s ago`);
}

/** Compares with KV's head, which may itself be a minute old. */
async function follows({ kv, cluster }: EdgeCheck, generation: number, detail: string): Promise<Finding> {
  if (kv === undefined) return ok(STATUS, detail);
  try {
    const text = await kv.get(headKey(cluster));
    if (text === undefined) {
      const remedy = "check that agent and edge use one KV namespace (--namespace-id, and the KV binding)";
      return warn(STATUS, `${detail}; KV has no head of cluster ${cluster}`, remedy);
    }
    const behind = decodeHead(text).generation - generation;
    if (behind <= 0) return ok(STATUS, detail);
    return warn(
      STATUS,
      `${detail}; it is ${behind} generations behind KV's head`,
      "wait a minute, for which KV may be stale; give the agent --head-url, so that the edge hears at once",
    );
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof ContractError)) throw error;
    return warn(STATUS, `${detail}; KV's head cannot be read: ${error.message}`, "see the checks of KV");
  }
}
