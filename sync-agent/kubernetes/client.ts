/** What the agent needs of a Kubernetes API server. */

export interface KubeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web/status`, each part already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` unless given; a PATCH says which kind of patch it is. */
  readonly contentType?: "application/json" | "application/merge-patch+json" | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Until the whole answer is there, in milliseconds. 30 s unless given. */
  readonly timeoutMs?: number | undefined;
}

export interface KubeClient {
  /** `https://10.96.0.1:443`, for messages. */
  readonly server: string;
  /**
   * The answer's JSON.
   *
   * @throws KubeError for every answer that is not 2xx, and for none.
   */
  json(request: KubeRequest): Promise<unknown>;
  /**
   * The lines of an answer that goes on (a watch), as they come. Ends when the server ends it.
   *
   * @param silenceMs after so long without a byte the connection counts as dead, and the iteration throws.
   * @param onOpen told when the server has begun a 2xx answer, before any line.
   * @throws KubeError as json() does, and when the connection breaks or falls silent.
   */
  lines(request: KubeRequest, silenceMs: number, onOpen?: () => void): AsyncIterable<string>;
}

export interface KubeFailure {
  /** `list ingresses.networking.k8s.io in all namespaces`. */
  readonly operation: string;
  /** `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** Of the `Status` object that the server answered: `Conflict`, `Expired`, `Forbidden` …; else `""`. */
  readonly reason: string;
  readonly problem: string;
  /** What the operator can do about it. */
  readonly remedy: string;
  /** Milliseconds that the server asked to be left alone. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** The API server refused, or could not be reached. */
export class KubeError extends Error {
  override name = "KubeError";
  readonly operation: string;
  readonly status: number | undefined;
  readonly reason: string;
  readonly remedy: string;
  readonly retryAfter: number | undefined;

  constructor(failure: KubeFailure) {
    super(`${failure.operation}: ${failure.problem}; ${failure.remedy}`, { cause: failure.cause });
    this.operation = failure.operation;
    this.status = failure.status;
    this.reason = failure.reason;
    this.remedy = failure.remedy;
    this.retryAfter = failure.retryAfter;
  }
}
