/** Writes `status.loadBalancer.ingress`. RBAC: `patch` on `ingresses/status`, `get` on `ingresses`. */
import type { Clock } from "../clock.ts";
import { type Ingress, type LoadBalancerAddress, objectKey } from "../cluster/state.ts";
import { type KubeClient, KubeError } from "../kubernetes/client.ts";
import type { Logger } from "./logger.ts";
import type { Go, GoResult } from "./newest-only.ts";
import { createSetbackLog, setbackOf, TRY_AGAIN_MS } from "./setbacks.ts";
import { isOurs, readStatus, statusManager } from "./status-owner.ts";
import { planStatuses, type StatusChange } from "./status-plan.ts";
import { createTokenBucket } from "./token-bucket.ts";

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly addresses: readonly LoadBalancerAddress[];
  /** The Lintel cluster. */
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of every write that was tried. */
  readonly wrote: (outcome: "ok" | "failed") => void;
}

const AT_A_TIME = 8;
/** controller-runtime's limits for a client: 1,000 Ingresses take 50 seconds. */
const RATE = { perSecond: 20, burst: 30 };
/** A change that meets other writes is tried so often at once. */
const TRIES = 5;
/** The watch takes a moment to bring what was written. A state that shows something else after so long is right. */
const SETTLE_MS = 60_000;

/** What is known of a change, as long as the state has the very same Ingress. */
interface Settled {
  readonly kind: StatusChange["kind"];
  /** Reports from before that time need not do anything about it; those that come later look at it again. */
  readonly until: number;
  /** Whether it is tried again then, for whatever report. */
  readonly isOpen: boolean;
}

/** Does what one report asks for, as far as it can. */
export function createStatusWriter(options: StatusWriterOptions): (go: Go) => Promise<GoResult> {
  const { client, addresses, clock, log, wrote } = options;
  const manager = statusManager(options.cluster);
  const bucket = createTokenBucket(RATE, clock);
  const beginSetbacks = createSetbackLog(
    log,
    "write the status of Ingresses",
    "the verb patch on ingresses/status and get on ingresses (API group networking.k8s.io)",
  );
  /** Objects that never change: as long as the state has the same one, nothing new is known of the Ingress. */
  const known = new WeakMap<Ingress, Settled>();

  /** What keeps a change from being tried now. */
  function settledAs({ kind, ingress }: StatusChange, reportedAt: number): Settled | undefined {
    const settled = known.get(ingress);
    if (settled?.kind !== kind) return undefined;
    return settled.until > (settled.isOpen ? clock.monotonic() : reportedAt) ? settled : undefined;
  }

  function settle({ kind, ingress }: StatusChange, ms: number, isOpen = false): void {
    known.set(ingress, { kind, until: clock.monotonic() + ms, isOpen });
  }

  async function patch(ingress: Ingress, body: object, signal: AbortSignal): Promise<void> {
    await bucket.take(signal);
    try {
      await client.json({
        method: "PATCH",
        path: `${pathOf(ingress)}/status`,
        query: { fieldManager: manager },
        contentType: "application/merge-patch+json",
        body,
        signal,
      });
    } catch (error) {
      if (!signal.aborted) wrote("failed");
      throw error;
    }
    wrote("ok");
  }

  /** What is no longer ours may be anybody's: it is looked at first, and written only if nobody else writes. */
  /** What is no longer ours may be anybody's: it is looked at first, and written only if nobody else writes. */
  async function clear(ingress: Ingress, signal: AbortSignal): Promise<"cleared" | "foreign"> {
    await bucket.take(signal);
    const found = readStatus(await client.json({ method: "GET", path: pathOf(ingress), signal }));
    if (!isOurs(found, addresses, manager)) return "foreign";
    const { resourceVersion } = found;
    const status = { loadBalancer: { ingress: null } };
    await patch(ingress, { metadata: { resourceVersion }, status }, signal);
    return "cleared";
  }

  async function apply(change: StatusChange, signal: AbortSignal): Promise<void> {
    const { kind, ingress } = change;
    const object = `Ingress ${objectKey(ingress.metadata)}`;
    if (kind === "set") {
      await patch(ingress, { status: { loadBalancer: { ingress: addresses } } }, signal);
      log.debug({ object }, `${object}: its status shows the edge's addresses`);
    } else if ((await clear(ingress, signal)) === "foreign") {
      settle(change, Number.POSITIVE_INFINITY);
      return;
    } else {
      log.debug({ object }, `${object}: is not served any more, its status is emptied`);
    }
    settle(change, SETTLE_MS);
  }

  /** @throws what apply() throws, conflicts only when there is no end of them. */
  async function insist(change: StatusChange, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await apply(change, signal);
        return;
      } catch (error) {
        if (tries === TRIES || setbackOf(error) !== "conflict") throw error;
      }
    }
  }

  return async ({ report, reportedAt, signal, isNewest }) => {
    const planned = planStatuses(report, addresses);
    const changes = planned.filter((change) => settledAs(change, reportedAt) === undefined);
    const rest = changes.values();
    const setbacks = beginSetbacks();
    const forbidden = new Set<string>();
    let wait: number | undefined;

    function setBack(change: StatusChange, error: unknown): void {
      if (signal.aborted) return;
      const kind = setbackOf(error);
      if (kind === "gone") {
        settle(change, SETTLE_MS);
        return;
      }
      setbacks.add(kind, error);
      if (kind === "unavailable") {
        wait = Math.max(wait ?? 0, error instanceof KubeError ? (error.retryAfter ?? 0) : 0);
        return;
      }
      if (kind === "forbidden") forbidden.add(change.ingress.metadata.namespace);
      settle(change, TRY_AGAIN_MS[kind], true);
    }

    async function worker(): Promise<void> {
      for (const change of rest) {
        if (signal.aborted || !isNewest() || wait !== undefined) return;
        if (forbidden.has(change.ingress.metadata.namespace)) {
          settle(change, TRY_AGAIN_MS.forbidden, true);
          continue;
        }
        try {
          await insist(change, signal);
        } catch (error) {
          setBack(change, error);
        }
      }
    }

    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const states = planned.map((change) => settledAs(change, reportedAt));
    const open = states.flatMap((settled) => (settled?.isOpen === true ? [settled.until] : []));
    setbacks.conclude(open.length === 0 && !states.includes(undefined));
    if (wait !== undefined) return { done: false, wait };
    return open.length === 0 ? { done: true } : { done: true, again: Math.min(...open) - clock.monotonic() };
  };
}

function pathOf({ metadata: { namespace, name } }: Ingress): string {
  return `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/ingresses/${encodeURIComponent(name)}`;
}
