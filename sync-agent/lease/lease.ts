/** The Lease object (`coordination.k8s.io/v1`), and what becomes of it when it is taken, renewed or released. Pure. */
import * as z from "zod";

const schema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      acquireTime: z.string().nullish(),
      renewTime: z.string().nullish(),
      leaseTransitions: z.number().nullish(),
    })
    .nullish(),
});

export interface Lease {
  /** `""` when nobody holds it. */
  readonly holder: string;
  /** What its holder promised, in milliseconds; `undefined` when nothing. */
  readonly duration: number | undefined;
  /** Changes whenever anything is written that concerns the election; metadata does not. */
  readonly record: string;
  /** As the server gave it: what is written back keeps what others put there. */
  readonly object: z.infer<typeof schema>;
}

/** The API server answered something that is no Lease. */
export class LeaseUnreadableError extends Error {
  override name = "LeaseUnreadableError";

  constructor(cause: z.ZodError) {
    const [issue] = cause.issues;
    super(
      `the answer is not a Lease: ${issue?.path.join(".")}: ${issue?.message}; check what stands between the agent and the API server`,
      { cause },
    );
  }
}

/** @throws LeaseUnreadableError */
export function readLease(answer: unknown): Lease {
  const result = schema.safeParse(answer);
  if (!result.success) throw new LeaseUnreadableError(result.error);
  const object = result.data;
  const seconds = object.spec?.leaseDurationSeconds ?? undefined;
  return {
    holder: object.spec?.holderIdentity ?? "",
    duration: seconds === undefined ? undefined : seconds * 1000,
    record: JSON.stringify(object.spec ?? {}),
    object,
  };
}

export interface Claim {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  /** Milliseconds; written in whole seconds, rounded up. */
  readonly leaseDuration: number;
}

/**
 * The Lease as its (new or old) holder writes it. `resourceVersion` stays, so that the server refuses it with 409 when
 * anybody has written in between.
 *
 * @param current `undefined` when there is none yet.
 * @param now milliseconds since 1970; for readers only, nobody decides by it.
 */
export function claimed(current: Lease | undefined, claim: Claim, now: number): object {
  const spec = current?.object.spec;
  const isHolder = current?.holder === claim.identity;
  const transitions = spec?.leaseTransitions ?? 0;
  return {
    ...current?.object,
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: current?.object.metadata ?? { namespace: claim.namespace, name: claim.name },
    spec: {
      ...spec,
      holderIdentity: claim.identity,
      leaseDurationSeconds: Math.ceil(claim.leaseDuration / 1000),
      acquireTime: isHolder ? (spec?.acquireTime ?? microTime(now)) : microTime(now),
      renewTime: microTime(now),
      leaseTransitions: current === undefined || isHolder ? transitions : transitions + 1,
    },
  };
}

/** The Lease as its holder leaves it, as client-go's ReleaseOnCancel does: anybody may take it at once. */
export function released(current: Lease, now: number): object {
  return {
    ...current.object,
    spec: {
      ...current.object.spec,
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: microTime(now),
      renewTime: microTime(now),
    },
  };
}

/** Kubernetes' MicroTime: RFC 3339 with exactly six digits of fraction. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
