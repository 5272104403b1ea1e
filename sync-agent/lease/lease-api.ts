/** The three requests of the election. RBAC: `get`, `create` and `update` on `leases.coordination.k8s.io`. */
import { type KubeClient, KubeError } from "../kubernetes/client.ts";
import { type Lease, readLease } from "./lease.ts";

export interface LeaseApi {
  /** `undefined` when there is none. */
  get(signal: AbortSignal): Promise<Lease | undefined>;
  /**
   * The Lease as it is then; `undefined` when somebody else was faster.
   *
   * @param current what `body` was made of; `undefined` to create the Lease.
   */
  write(current: Lease | undefined, body: object, signal: AbortSignal): Promise<Lease | undefined>;
}

/** All reject with KubeError, and with LeaseUnreadableError for answers that are no Lease. */
export function createLeaseApi(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  timeoutMs: number,
): LeaseApi {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const path = `${collection}/${encodeURIComponent(name)}`;
  return {
    async get(signal) {
      try {
        return readLease(await client.json({ method: "GET", path, signal, timeoutMs }));
      } catch (error) {
        if (error instanceof KubeError && error.status === 404) return undefined;
        throw error;
      }
    },
    async write(current, body, signal) {
      try {
        return readLease(
          await (current === undefined
            ? client.json({ method: "POST", path: collection, body, signal, timeoutMs })
            : client.json({ method: "PUT", path, body, signal, timeoutMs })),
        );
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        // Creating answers 404 only where the namespace does not exist, which is an error and not a rival.
        if (error.status === 409 || (error.status === 404 && current !== undefined)) return undefined;
        throw error;
      }
    },
  };
}
