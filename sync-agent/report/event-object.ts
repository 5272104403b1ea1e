/**
 * Warnings as Events. Pure.
 *
 * They are `v1` Events, as ingress-nginx writes them, not `events.k8s.io/v1` ones: the newer API has no count and no last
 * time outside of a series, and these are what `kubectl describe` shows as "12m (x3 over 2h)". Both are one kind of
 * object in the server, so whoever reads the newer API finds them as well.
 */
import { createHash } from "node:crypto";
import { CONTROLLER } from "../compile/class-selection.ts";
import type { Warning } from "../warning.ts";
import type { InvolvedObject } from "./involved-object.ts";

/** A warning that holds, and the Event that it is to be seen in. */
export interface WarningEvent {
  readonly namespace: string;
  /** One for each object, field, reason and message, whichever agent writes it. */
  readonly name: string;
  readonly involved: InvolvedObject;
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

/** What the API demands (`k8s.io/kubernetes/pkg/apis/core/validation`, events). */
const MAX_MESSAGE_BYTES = 1024;
const MAX_INSTANCE = 128;
const MAX_NAME = 253;

export function warningEvent(involved: InvolvedObject, warning: Warning): WarningEvent {
  const { field, reason, message, remedy } = warning;
  const identity = JSON.stringify([involved.uid, field, reason, message]);
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 16);
  // kubectl describe shows no field; without it, two warnings of one object may read alike.
  const text = `${field === "" ? "" : `${field}: `}${message} ${remedy}`;
  return {
    // Events about what lives in no namespace lie in this one.
    namespace: involved.namespace === "" ? "default" : involved.namespace,
    name: `${stem(involved.name, MAX_NAME - digest.length - 1)}.${digest}`,
    involved,
    field,
    reason,
    message: truncated(text, MAX_MESSAGE_BYTES),
  };
}

/** The start of a name that may be followed by a dot. */
function stem(name: string, length: number): string {
  return name.slice(0, length).replace(/[.-]+$/, "");
}

/** Cut between characters. */
function truncated(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  const kept = new TextDecoder().decode(encoded.subarray(0, bytes - Buffer.byteLength("…")), {
    stream: true,
  });
  return `${kept}…`;
}

/** What every writing says anew. */
function written({ message }: WarningEvent, identity: string, now: number) {
  return {
    message,
    lastTimestamp: timestamp(now),
    source: { component: CONTROLLER },
    reportingComponent: CONTROLLER,
    reportingInstance: identity.slice(0, MAX_INSTANCE),
  };
}

/**
 * @param identity of this agent.
 * @param now milliseconds since 1970.
 */
export function newEvent(event: WarningEvent, identity: string, now: number): object {
  const { namespace, name, involved, field, reason } = event;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace, name },
    involvedObject: {
      apiVersion: involved.apiVersion,
      kind: involved.kind,
      ...(involved.namespace !== "" && { namespace: involved.namespace }),
      name: involved.name,
      uid: involved.uid,
      ...(field !== "" && { fieldPath: field }),
    },
    type: "Warning",
    reason,
    count: 1,
    firstTimestamp: timestamp(now),
    ...written(event, identity, now),
  };
}

/** A merge patch for an Event that is there. @param count `undefined` while it is not known what it was. */
export function repeatedEvent(
  event: WarningEvent,
  identity: string,
  now: number,
  count: number | undefined,
): object {
  return { ...(count !== undefined && { count }), ...written(event, identity, now) };
}

/** Kubernetes' Time: RFC 3339 in seconds. */
function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
