/** Answers of the API server that are not 2xx, as errors. Pure. */
import * as z from "zod";
import { KubeError, type KubeRequest } from "./client.ts";
import { describeRequest, operationOf } from "./operation.ts";
import { missingRule } from "./rbac-rule.ts";
import { retryAfterHeader } from "./retry-after.ts";

/** `meta/v1` Status, in what is of use here. Also the object of an ERROR event of a watch. */
const statusSchema = z.object({
  kind: z.literal("Status"),
  code: z.int().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  details: z.object({ retryAfterSeconds: z.number().nullish() }).nullish(),
});

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

type Request = Pick<KubeRequest, "method" | "path" | "query">;

export function refusal(request: Request, answer: Answer, now: number): KubeError {
  const header = retryAfterHeader(answer.retryAfter, now);
  return statusError(request, answer.status, parseJson(answer.text), answer.text, header);
}

/** The object of an ERROR event, which a watch may end with after its answer began well. */
export function errorEvent(request: Request, object: unknown): KubeError {
  const code = statusSchema.safeParse(object).data?.code ?? undefined;
  return statusError(request, code, object, JSON.stringify(object), undefined);
}

/** Enough of a proxy's error page to tell whose it is. */
const MAX_TEXT = 200;

function statusError(
  request: Request,
  code: number | undefined,
  body: unknown,
  text: string,
  retryAfterMs: number | undefined,
): KubeError {
  const { reason, message, details } = statusSchema.safeParse(body).data ?? {};
  const seconds = details?.retryAfterSeconds ?? undefined;
  const said = message || text.trim().slice(0, MAX_TEXT) || "no explanation";
  return new KubeError({
    operation: describeRequest(request),
    status: code,
    reason: reason ?? "",
    problem: `the API server answered ${code ?? "an error"}: ${said}`,
    remedy: remedyFor(request, code ?? 0, said),
    retryAfter: retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
  });
}

function remedyFor(request: Request, code: number, message: string): string {
  switch (code) {
    case 400:
    case 422:
      return "this server does not take what this version of Lintel sends; check that its version is supported";
    case 401:
      return "check that the token, client certificate or exec plugin of the kubeconfig or of the pod's service account is valid for this cluster; it is read anew with every attempt";
    case 403:
      return forbiddenRemedy(request, message);
    case 404:
      return notFoundRemedy(request);
    case 409:
      return "read the object again and repeat the change on its newest version";
    case 410:
      return "list the objects anew, since the server no longer has that version of them";
    case 429:
      return "the server limits requests; wait as long as it says, and look at its flow schemas (API priority and fairness) if that lasts";
    default:
      if (code >= 500) {
        return "wait for the API server to recover; its own log and that of a load balancer before it say more";
      }
      return "check that the address is that of a Kubernetes API server";
  }
}

function forbiddenRemedy(request: Request, message: string): string {
  // What an authorizer refuses is said in these words; an admission plugin or a quota has its own.
  if (!/ cannot \w+ (?:resource|path) /.test(message)) {
    return "see what refuses it: an admission policy, a quota, or a namespace that is being deleted";
  }
  return `give the account this permission: add to the ${missingRule(request)}`;
}

function notFoundRemedy(request: Request): string {
  const operation = operationOf(request);
  if (operation?.name !== undefined) return "check that the object exists, and its namespace";
  const version = /^\/apis?\/([^/]+(?:\/v[^/]+)?)/.exec(request.path)?.[1] ?? request.path;
  return `check that the cluster serves the API ${version} (\`kubectl api-versions\`); older ones do not`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The page of a proxy before the server; its text is shown instead.
    return undefined;
  }
}
