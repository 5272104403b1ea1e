/** All running watches, and what can befall them. */
import type { ServerResponse } from "node:http";
import type { Resource } from "./kinds.ts";
import { parseRevision } from "./list.ts";
import { type ApiRequest, matches, type RequestMatch } from "./request.ts";
import { parseSelectors } from "./selectors.ts";
import { ApiError, type FieldProblem, invalid, tooOld } from "./status.ts";
import type { Change, Store } from "./store.ts";
import { Watch } from "./watch.ts";

/** What a watch waits for without timeoutSeconds, in seconds; the real server takes 30 to 60 minutes. */
const TIMEOUT_S = 1800;

export class Watches {
  readonly #store: Store;
  readonly #watchList: boolean;
  readonly #running = new Set<Watch>();
  readonly #dropped = new Map<string, number>();

  /** @param watchList whether `sendInitialEvents` is understood. */
  constructor(store: Store, watchList: boolean) {
    this.#store = store;
    this.#watchList = watchList;
    store.onChange((change) => this.#changed(change));
  }

  get running(): number {
    return this.#running.size;
  }

  /** @throws ApiError for a request that cannot be. What is compacted is said within the stream, as the real server does. */
  open(request: ApiRequest, resource: Resource, response: ServerResponse): void {
    const { query } = request;
    const isSelected = parseSelectors(resource, query["labelSelector"] ?? "", query["fieldSelector"] ?? "");
    const asked = parseRevision(query["resourceVersion"] ?? "");
    const initial = this.#initialEvents(query);
    const watch = new Watch({
      request,
      resource,
      namespace: resource.namespaced ? (request.namespace ?? "") : "",
      isSelected,
      bookmarks: query["allowWatchBookmarks"] === "true",
      response,
    });
    const { revision } = this.#store;
    if (initial ?? asked === 0) watch.initial(this.#store.list(resource.kind));
    else if (!this.#catchUp(watch, asked)) return;
    if (initial === true) watch.bookmark(revision, { "k8s.io/initial-events-end": "true" });
    this.#running.add(watch);
    const timeout = setTimeout(() => watch.end(), 1000 * Number(query["timeoutSeconds"] ?? TIMEOUT_S));
    response.on("close", () => {
      clearTimeout(timeout);
      this.#running.delete(watch);
    });
  }

  bookmark(plural?: string): void {
    for (const watch of this.#running) {
      if (plural === undefined || watch.resource.plural === plural) watch.bookmark(this.#store.revision);
    }
  }

  /** Every running watch is too old from now on. */
  expire(): void {
    for (const watch of this.#running) {
      watch.fail(tooOld(Number(watch.request.query["resourceVersion"] ?? 0), this.#store.oldest).status);
    }
  }

  close(match: RequestMatch, how: "end" | "reset"): void {
    for (const watch of this.#matching(match)) watch[how]();
  }

  silence(match: RequestMatch): () => void {
    const resumes = this.#matching(match).map((watch) => watch.silence());
    return () => {
      for (const resume of resumes) resume();
    };
  }

  drop(plural: string, count: number): void {
    this.#dropped.set(plural, count);
  }

  #matching(match: RequestMatch): Watch[] {
    return [...this.#running].filter((watch) => matches(watch.request, match));
  }

  /** What happened since. `false` when that is forgotten. */
  #catchUp(watch: Watch, asked: number): boolean {
    try {
      for (const change of this.#store.since(watch.resource.kind, asked)) watch.changed(change);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      watch.fail(error.status);
      return false;
    }
  }

  #changed(change: Change): void {
    const lost = new Map<string, boolean>();
    for (const watch of this.#running) {
      const { kind, plural } = watch.resource;
      if (kind !== change.kind) continue;
      const isLost = lost.get(plural) ?? this.#loses(plural);
      lost.set(plural, isLost);
      if (!isLost) watch.changed(change);
    }
  }

  /** One change counts once, however many watches miss it. */
  #loses(plural: string): boolean {
    const left = this.#dropped.get(plural) ?? 0;
    if (left > 0) this.#dropped.set(plural, left - 1);
    return left > 0;
  }

  /** `undefined` when it is not asked for, and the resource version decides. */
  #initialEvents(query: Readonly<Record<string, string>>): boolean | undefined {
    const { sendInitialEvents, resourceVersionMatch = "" } = query;
    const wrong = (field: string, why: string) => {
      const problem: FieldProblem = { field, reason: "FieldValueForbidden", message: `Forbidden: ${why}` };
      return invalid({ kind: "ListOptions", group: "meta.k8s.io" } as Resource, "", [problem]);
    };
    if (sendInitialEvents === undefined) {
      if (resourceVersionMatch === "") return undefined;
      throw wrong(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      );
    }
    if (!this.#watchList) {
      throw wrong(
        "sendInitialEvents",
        "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
      );
    }
    if (resourceVersionMatch !== "NotOlderThan") {
      throw wrong(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
      );
    }
    return sendInitialEvents === "true";
  }
}
