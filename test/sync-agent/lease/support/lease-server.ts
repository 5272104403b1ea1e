import { KubeError, type KubeRequest } from "../../../../sync-agent/kubernetes/client.ts";

export const COLLECTION = "/apis/coordination.k8s.io/v1/namespaces/lintel/leases";
export const LEASE_PATH = `${COLLECTION}/agent`;

interface Stored {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly resourceVersion: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What an API server makes of requests for the one Lease `lintel/agent`, without any time or network. */
export interface LeaseServer {
  /** @throws KubeError */
  answer(request: KubeRequest): unknown;
  stored(): Stored | undefined;
  /** As kubectl would: whatever is there, and without a version. */
  edit(spec: Readonly<Record<string, unknown>>): void;
  remove(): void;
  /** `GET`, `POST`, `PUT 409` … in their order. */
  readonly seen: string[];
}

export function createLeaseServer(): LeaseServer {
  let stored: Stored | undefined;
  let version = 100;
  const seen: string[] = [];

  function store(body: { readonly metadata: object; readonly spec: object }): Stored {
    version += 1;
    stored = structuredClone({
      metadata: { ...body.metadata, resourceVersion: String(version) },
      spec: { ...body.spec },
    });
    return stored;
  }

  function answer({ method, path, body }: KubeRequest): unknown {
    const given = body as Stored;
    if (method === "POST") {
      if (path !== COLLECTION) throw refusal(404, `${method} ${path}`);
      if (stored !== undefined) throw refusal(409, `${method} ${path}`);
      return structuredClone(store(given));
    }
    if (path !== LEASE_PATH || stored === undefined) throw refusal(404, `${method} ${path}`);
    if (method === "PUT") {
      if (given.metadata.resourceVersion !== stored.metadata.resourceVersion) {
        throw refusal(409, `${method} ${path}`);
      }
      return structuredClone(store(given));
    }
    return structuredClone(stored);
  }

  return {
    answer(request) {
      try {
        const result = answer(request);
        seen.push(request.method);
        return result;
      } catch (error) {
        seen.push(`${request.method} ${error instanceof KubeError ? error.status : error}`);
        throw error;
      }
    },
    stored: () => stored,
    edit(spec) {
      store({ metadata: stored?.metadata ?? { namespace: "lintel", name: "agent" }, spec });
    },
    remove() {
      stored = undefined;
    },
    seen,
  };
}

const REASONS: Readonly<Record<number, string>> = { 403: "Forbidden", 404: "NotFound", 409: "Conflict" };

export function refusal(status: number | undefined, operation = "lease", retryAfter?: number): KubeError {
  return new KubeError({
    operation,
    status,
    reason: status === undefined ? "" : (REASONS[status] ?? "InternalError"),
    problem: status === undefined ? "no answer" : `answered ${status}`,
    remedy: "look there",
    retryAfter,
  });
}
