import type { KubeError } from "../../kubernetes/client.ts";
import type { Kind } from "../state.ts";

/** Told of what a Kubernetes source does, for metrics. */
export interface SourceObserver {
  /** A complete list. */
  listed?(kind: Kind, seconds: number, objects: number): void;
  /** A watch told of an object. */
  event?(kind: Kind): void;
  /** `closed`: by the server, as it does every few minutes. */
  watchEnded?(kind: Kind, why: "closed" | "silent" | "expired" | "error"): void;
  /** A request that will be tried again. */
  failed?(kind: Kind, error: KubeError): void;
  /** All objects of the kind have been read for the first time. */
  synced?(kind: Kind): void;
}

/** How a source gets on with one resource. */
export interface ResourceHealth {
  readonly kind: Kind;
  /** Empty for all namespaces, and for what lives in none. */
  readonly namespace: string;
  /** Whether everything has been read once. */
  readonly synced: boolean;
  /** When the server last told something of it (milliseconds since 1970). */
  readonly lastContact: number | undefined;
  /** Why nothing is heard at present. */
  readonly failure?: KubeError;
}

export interface SourceHealth {
  /** Whether the state is complete, and has been since `start` resolved. */
  readonly synced: boolean;
  readonly resources: readonly ResourceHealth[];
}
