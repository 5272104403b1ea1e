/** Objects under one counter of resource versions, with the history that lists and watches are answered from. */
import { type KubeObject, keyOf } from "./object.ts";
import { tooOld } from "./status.ts";

export interface Change {
  readonly revision: number;
  readonly kind: string;
  readonly key: string;
  /** `undefined` for the first of its key. */
  readonly before: KubeObject | undefined;
  /** `undefined` for a deletion. */
  readonly after: KubeObject | undefined;
  /** What a watch shows: the object, or the last state of a deleted one, under the change's resource version. */
  readonly object: KubeObject;
}

export class Store {
  #revision = 100;
  /** What is older is forgotten. */
  #oldest = 0;
  #log: Change[] = [];
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();

  get revision(): number {
    return this.#revision;
  }

  get oldest(): number {
    return this.#oldest;
  }

  get(kind: string, key: string): KubeObject | undefined {
    return this.#objects.get(kind)?.get(key);
  }

  kinds(): readonly string[] {
    return [...this.#objects.keys()];
  }

  /** In the order of their keys. */
  list(kind: string): readonly KubeObject[] {
    return sorted(this.#objects.get(kind) ?? new Map<string, KubeObject>());
  }

  /** As they were then. @throws ApiError 410 when that is forgotten. */
  listAt(kind: string, revision: number): readonly KubeObject[] {
    if (revision < this.#oldest) throw tooOld(revision, this.#oldest);
    const objects = new Map(this.#objects.get(kind));
    for (const change of this.#log.toReversed()) {
      if (change.revision <= revision) break;
      if (change.kind !== kind) continue;
      if (change.before === undefined) objects.delete(change.key);
      else objects.set(change.key, change.before);
    }
    return sorted(objects);
  }

  /** What happened after. @throws ApiError 410 when that is forgotten. */
  since(kind: string, revision: number): readonly Change[] {
    if (revision < this.#oldest) throw tooOld(revision, this.#oldest);
    return this.#log.filter((change) => change.kind === kind && change.revision > revision);
  }

  /** @returns the object with its new resource version. */
  put(object: KubeObject): KubeObject {
    const key = keyOf(object.metadata);
    const revision = ++this.#revision;
    const stored = withRevision(object, revision);
    const before = this.get(object.kind, key);
    const objects = this.#objects.get(object.kind) ?? new Map<string, KubeObject>();
    this.#objects.set(object.kind, objects.set(key, stored));
    this.#changed({ revision, kind: object.kind, key, before, after: stored, object: stored });
    return stored;
  }

  /** @returns the last state, under the deletion's resource version; `undefined` when there was none. */
  delete(kind: string, key: string): KubeObject | undefined {
    const before = this.get(kind, key);
    if (before === undefined) return undefined;
    this.#objects.get(kind)?.delete(key);
    const revision = ++this.#revision;
    const object = withRevision(before, revision);
    this.#changed({ revision, kind, key, before, after: undefined, object });
    return object;
  }

  /** Forgets the history. The counter moves on, so that every version that anybody has is older. */
  compact(): void {
    this.#oldest = ++this.#revision;
    this.#log = [];
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(change: Change): void {
    this.#log.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

function sorted(objects: ReadonlyMap<string, KubeObject>): readonly KubeObject[] {
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
