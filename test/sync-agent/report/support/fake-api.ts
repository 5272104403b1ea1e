import type { Clock } from "../../../../sync-agent/clock.ts";
import type { LoadBalancerAddress } from "../../../../sync-agent/cluster/state.ts";
import { type KubeClient, KubeError, type KubeRequest } from "../../../../sync-agent/kubernetes/client.ts";

export interface StoredIngress {
  uid: string;
  version: number;
  addresses: readonly (LoadBalancerAddress & { readonly ports?: readonly object[] })[];
  /** Who wrote them; `undefined` for a server that does not keep that. */
  manager: string | undefined;
}

export interface StoredEvent {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly [field: string]: unknown;
}

/** Ingresses (their status only) and Events, as an API server has them, within the process. */
export interface FakeApi extends KubeClient {
  readonly ingresses: Map<string, StoredIngress>;
  readonly events: Map<string, StoredEvent>;
  /** `PATCH ingresses/status shop/web`, with the status of what was refused; in their order. */
  readonly seen: string[];
  /** What a request is refused with; `hangs` until it is called off. */
  fault: (request: KubeRequest, what: string) => KubeError | "hangs" | undefined;
  /** The most requests that were under way at once. */
  readonly most: number;
}

export const LATENCY_MS = 5;

const PATH =
  /^\/apis?\/(?:[a-z.0-9]+\/)?v1\/namespaces\/(?<namespace>[^/]+)\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?<status>\/status)?$/;

/** @param clock by which every answer takes LATENCY_MS. */
export function createFakeApi(clock: Clock): FakeApi {
  let open = 0;
  let most = 0;
  const api: FakeApi = {
    server: "https://127.0.0.1:6443",
    ingresses: new Map(),
    events: new Map(),
    seen: [],
    fault: () => undefined,
    get most() {
      return most;
    },
    async json(request) {
      const { namespace = "", resource = "", name = "", status = "" } = PATH.exec(request.path)?.groups ?? {};
      const key = `${namespace}/${name}`;
      const what = `${request.method} ${resource}${status} ${name === "" ? namespace : key}`;
      open += 1;
      most = Math.max(most, open);
      try {
        await new Promise<void>((resolve) => clock.after(LATENCY_MS, resolve));
        if (request.signal?.aborted === true) throw refusal(undefined, what);
        const fault = api.fault(request, what);
        if (fault === "hangs") await calledOff(request, what);
        if (fault instanceof KubeError) throw fault;
        const answer = resource === "events" ? event(request, key, what) : ingress(request, key, what);
        api.seen.push(what);
        return structuredClone(answer);
      } catch (error) {
        api.seen.push(`${what} ${error instanceof KubeError ? error.status : error}`);
        throw error;
      } finally {
        open -= 1;
      }
    },
    lines() {
      throw new Error("reporters watch nothing");
    },
  };

  function ingress({ method, body, query }: KubeRequest, key: string, what: string): unknown {
    const stored = api.ingresses.get(key);
    if (stored === undefined) throw refusal(404, what);
    if (method === "PATCH") {
      const { metadata, status } = body as {
        metadata?: { resourceVersion: string };
        status: { loadBalancer: { ingress: LoadBalancerAddress[] | null } };
      };
      if (metadata !== undefined && metadata.resourceVersion !== String(stored.version)) {
        throw refusal(409, what);
      }
      stored.version += 1;
      stored.addresses = status.loadBalancer.ingress ?? [];
      if (stored.manager !== undefined) stored.manager = query?.["fieldManager"] ?? "";
    }
    const fieldsV1 = { "f:status": { "f:loadBalancer": { "f:ingress": {} } } };
    const others = [{ manager: "kubectl", operation: "Update", fieldsV1: { "f:spec": { "f:rules": {} } } }];
    return {
      metadata: {
        uid: stored.uid,
        resourceVersion: String(stored.version),
        ...(stored.manager !== undefined && {
          managedFields: [...others, { manager: stored.manager, subresource: "status", fieldsV1 }],
        }),
      },
      status: { loadBalancer: { ingress: stored.addresses } },
    };
  }

  function event({ method, body }: KubeRequest, key: string, what: string): unknown {
    if (method === "POST") {
      const given = body as StoredEvent;
      const own = `${given.metadata.namespace}/${given.metadata.name}`;
      if (api.events.has(own)) throw refusal(409, what);
      api.events.set(own, given);
      return given;
    }
    const stored = api.events.get(key);
    if (stored === undefined) throw refusal(404, what);
    const patched = { ...stored, ...(body as object) };
    api.events.set(key, patched);
    return patched;
  }

  return api;
}

function calledOff({ signal }: KubeRequest, what: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => {
      reject(refusal(undefined, what));
    });
  });
}

const PROBLEMS: Readonly<Record<number, string>> = {
  403: 'is forbidden: User "lintel" cannot patch resource "it" in the namespace',
  404: "not found",
  409: "the object has been modified",
  422: "is invalid",
};

export function refusal(
  status: number | undefined,
  operation = "request",
  more: { readonly retryAfter?: number; readonly problem?: string } = {},
): KubeError {
  const problem = status === undefined ? "no answer" : (PROBLEMS[status] ?? `answered ${status}`);
  return new KubeError({ operation, status, reason: "", problem, remedy: "look there", ...more });
}
