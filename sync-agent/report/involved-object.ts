/** From the object of a warning, `Ingress shop/web`, to the reference that an Event needs. */
import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { ClusterState, Kind } from "../cluster/state.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { setbackOf } from "./setbacks.ts";

export interface InvolvedObject {
  readonly apiVersion: string;
  readonly kind: Kind;
  /** Empty for what lives in no namespace. */
  readonly namespace: string;
  readonly name: string;
  /** `kubectl describe` shows the Events with the object's own uid, and no others. */
  readonly uid: string;
}

const API_VERSIONS: Readonly<Record<Kind, string>> = {
  Ingress: "networking.k8s.io/v1",
  IngressClass: "networking.k8s.io/v1",
  Service: "v1",
  EndpointSlice: "discovery.k8s.io/v1",
  Secret: "v1",
  ConfigMap: "v1",
  Namespace: "v1",
  Pod: "v1",
};

/** `undefined` for what is no object of the cluster, such as a file. */
export function parseObject(text: string): Omit<InvolvedObject, "uid"> | undefined {
  const match = /^(?<kind>[A-Za-z]+) (?:(?<namespace>[^/ ]+)\/)?(?<name>[^/ ]+)$/.exec(text);
  const { kind = "", namespace = "", name = "" } = match?.groups ?? {};
  if (!isKind(kind)) return undefined;
  return { apiVersion: API_VERSIONS[kind], kind, namespace, name };
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(API_VERSIONS, text);
}

/** As the state has it; `undefined` when the state does not have it or does not know its uid. */
export function objectInState(text: string, state: ClusterState): InvolvedObject | undefined {
  const object = parseObject(text);
  if (object === undefined) return undefined;
  const { metadata } = state[object.kind].get(`${object.namespace}/${object.name}`) ?? {};
  return metadata?.uid === undefined ? undefined : { ...object, uid: metadata.uid };
}

/** What an object that could not be read into the state is asked for by. Secrets are not: their data would come along. */
const RESOURCES: Readonly<Partial<Record<Kind, string>>> = { Ingress: "ingresses", Service: "services" };

const schema = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

/** Finds the objects of warnings. */
export interface ObjectFinder {
  /**
   * `undefined` when it cannot be had.
   *
   * @throws KubeError when the API server is not available.
   */
  find(text: string, state: ClusterState, signal: AbortSignal): Promise<InvolvedObject | undefined>;
  /** Forgets what it knows of any others. */
  keepOnly(texts: ReadonlySet<string>): void;
}

/** What the server said is believed for so long, in milliseconds. */
const BELIEVED_MS = 30 * 60_000;

/**
 * Looks into the state, and asks the server for objects that were never fit for the state: they are the ones whose
 * owners most need to be told.
 */
export function createObjectFinder(client: KubeClient, clock: Clock): ObjectFinder {
  const answers = new Map<string, { readonly object: InvolvedObject | undefined; readonly until: number }>();
  return {
    async find(text, state, signal) {
      const present = objectInState(text, state);
      if (present !== undefined) return present;
      const answer = answers.get(text);
      if (answer !== undefined && answer.until > clock.monotonic()) return answer.object;
      const object = await objectOnServer(text, client, signal);
      answers.set(text, { object, until: clock.monotonic() + BELIEVED_MS });
      return object;
    },
    keepOnly(texts) {
      for (const text of answers.keys()) if (!texts.has(text)) answers.delete(text);
    },
  };
}

async function objectOnServer(
  text: string,
  client: KubeClient,
  signal: AbortSignal,
): Promise<InvolvedObject | undefined> {
  const object = parseObject(text);
  const resource = object === undefined ? undefined : RESOURCES[object.kind];
  if (object === undefined || resource === undefined) return undefined;
  const { apiVersion, namespace, name } = object;
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const path = `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
  try {
    const { metadata } = schema.parse(await client.json({ method: "GET", path, signal }));
    return { ...object, uid: metadata.uid };
  } catch (error) {
    if (setbackOf(error) === "unavailable") throw error;
    // Gone, or not to be read by us: the log tells of the warning all the same.
    return undefined;
  }
}
