/** What becomes of a request, and why. Plain data: the command line prints it, the system host answers with it. */

/** Something that was looked at on the way. */
export interface Candidate {
  /** A host (`*` for rules without one), or a path with its type. */
  readonly name: string;
  /** `namespace/name` of the Ingress, for paths. */
  readonly ingress?: string;
  readonly outcome: "matches" | "fails" | "not reached";
  /** Goes on after the name, as in `PathPrefix /b begins the path`. */
  readonly reason: string;
}

/**
 * - `passes`: lets the request go on as it is;
 * - `changes` what the upstream receives;
 * - `answers`: the request ends here;
 * - `depends` on what only the request itself would show: other requests, services that are asked;
 * - `later`: does something to the response.
 */
export type FilterEffect = "passes" | "changes" | "answers" | "depends" | "later";

export interface FilterReport {
  /** The field of the route's filters. */
  readonly filter: string;
  readonly effect: FilterEffect;
  readonly text: string;
}

export interface BackendReport {
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number;
  /** Of what share of the requests, and why, where there are several. */
  readonly share: string;
  /** `10.244.3.7:8080`. */
  readonly endpoints: readonly string[];
  /** Goes on after the Service's name, as in `has 2 ready endpoints`. */
  readonly reason: string;
}

export interface UpstreamRequest {
  readonly scheme: "http" | "https";
  /** Path and query. */
  readonly target: string;
  /** The Host header. */
  readonly host: string;
  /** Headers that filters have set, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Explanation {
  readonly request: {
    readonly method: string;
    readonly url: string;
    /** As paths are matched; absent where it is malformed. */
    readonly path?: string;
    readonly address: string;
  };
  /** The generation of the snapshot; absent where it was not published. */
  readonly generation?: number;
  readonly hosts: readonly Candidate[];
  /** The name whose certificate an https client gets. */
  readonly certificate?: string;
  readonly routes: readonly Candidate[];
  /** What the path's regular expression captured, from `$1` on. */
  readonly groups?: readonly string[];
  /** In the order in which they run; none behind one that answers. */
  readonly filters: readonly FilterReport[];
  /** Which backend is chosen and how; absent where none is reached. */
  readonly balancing?: readonly string[];
  readonly backends: readonly BackendReport[];
  readonly upstream?: UpstreamRequest;
  readonly outcome: {
    readonly kind: "forwarded" | "answered";
    /** Of an answer of the edge's own. */
    readonly status?: number;
    readonly location?: string;
    /** One sentence. */
    readonly text: string;
  };
}
