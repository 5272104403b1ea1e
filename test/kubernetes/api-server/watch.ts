/** One running watch: a line of JSON an event (Kubernetes API concepts, "Efficient detection of changes"). */
import type { ServerResponse } from "node:http";
import { toShown } from "./event-fields.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import type { KubeObject } from "./object.ts";
import type { ApiRequest } from "./request.ts";
import type { Selector } from "./selectors.ts";
import type { Status } from "./status.ts";
import type { Change } from "./store.ts";

export interface WatchOptions {
  readonly request: ApiRequest;
  readonly resource: Resource;
  /** Empty for all. */
  readonly namespace: string;
  readonly isSelected: Selector;
  readonly bookmarks: boolean;
  readonly response: ServerResponse;
}

export class Watch {
  readonly request: ApiRequest;
  readonly resource: Resource;
  readonly #options: WatchOptions;
  /** What would have been sent; `undefined` while the watch is not silent. */
  #held: (() => void)[] | undefined;

  constructor(options: WatchOptions) {
    this.request = options.request;
    this.resource = options.resource;
    this.#options = options;
    options.response.writeHead(200, { "content-type": "application/json" });
    options.response.flushHeaders();
  }

  /** Objects that are there at the start. */
  initial(objects: readonly KubeObject[]): void {
    for (const object of objects) if (this.#covers(object)) this.#event("ADDED", object);
  }

  /** An object that begins or ceases to match the selectors is added or deleted, as far as the watch goes. */
  changed({ before, after, object }: Change): void {
    const was = before !== undefined && this.#covers(before);
    const is = after !== undefined && this.#covers(after);
    if (is) this.#event(was ? "MODIFIED" : "ADDED", object);
    else if (was) {
      const { resourceVersion } = object.metadata;
      this.#event("DELETED", { ...before, metadata: { ...before.metadata, resourceVersion } });
    }
  }

  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): void {
    if (!this.#options.bookmarks) return;
    const { resource } = this;
    const metadata = { resourceVersion: String(revision), creationTimestamp: null };
    this.#line({
      type: "BOOKMARK",
      object: {
        kind: resource.kind,
        apiVersion: apiVersionOf(resource),
        metadata: { ...metadata, ...(annotations && { annotations }) },
      },
    });
  }

  /** Says why, and ends. */
  fail(status: Status): void {
    this.#line({ type: "ERROR", object: status });
    this.end();
  }

  end(): void {
    this.#send(() => this.#options.response.end());
  }

  reset(): void {
    this.#options.response.socket?.resetAndDestroy();
  }

  /** @returns what lets it speak again, beginning with what was held back. */
  silence(): () => void {
    this.#held ??= [];
    return () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const send of held) send();
    };
  }

  #covers(object: KubeObject): boolean {
    const { namespace, isSelected } = this.#options;
    return (namespace === "" || object.metadata.namespace === namespace) && isSelected(object);
  }

  #event(type: string, object: KubeObject): void {
    this.#line({ type, object: toShown(this.resource, object) });
  }

  #line(event: object): void {
    this.#send(() => this.#options.response.write(`${JSON.stringify(event)}\n`));
  }

  #send(send: () => void): void {
    // Ended by the server, and not yet closed by the client.
    if (this.#options.response.writableEnded) return;
    if (this.#held === undefined) send();
    else this.#held.push(send);
  }
}
