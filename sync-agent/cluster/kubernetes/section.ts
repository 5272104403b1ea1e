/** The objects that one reflector follows. */
import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../objects/problems.ts";
import type { Resource } from "./resources.ts";
import { rawKey, restored, type StateObject, type StoredObject } from "./stored-object.ts";
import type { RawObject } from "./trim.ts";

/** An object that came (`previous` undefined), changed, or went (`next` undefined). */
export interface Change {
  readonly key: string;
  readonly previous: StateObject | undefined;
  readonly next: StateObject | undefined;
}

/** What came of something that the server said. */
export interface Outcome {
  /** None for objects of which nothing that is read is different. */
  readonly changes: readonly Change[];
  /** Whether other objects than before cannot be read, or for other reasons. */
  readonly problems: boolean;
}

export interface Section {
  readonly resource: Resource;
  /** The server shows an object. */
  put(raw: RawObject): Outcome;
  /** The server says that an object is gone. */
  remove(raw: RawObject): Outcome;
  /** Begins to take in a whole list, page by page. Nothing changes before its end. */
  relist(): Relist;
  /** Lets all objects go. */
  clear(): Outcome;
  /** Objects of which the present form cannot be read, by key. */
  invalid(): ReadonlyMap<string, InvalidObject>;
}

export interface Relist {
  add(raw: RawObject): void;
  /** The list is complete: what it does not hold is gone. */
  end(): Outcome;
}

export interface InvalidObject {
  readonly problems: readonly Problem[];
  /** Whether an older form of it is still served. */
  readonly kept: boolean;
}

const NOTHING: Outcome = { changes: [], problems: false };

export function createSection(resource: Resource): Section {
  let objects = new Map<string, StoredObject>();
  const invalid = new Map<string, InvalidObject>();

  function read(raw: RawObject): readonly [string, StoredObject] | undefined {
    const key = rawKey(raw);
    if (key === undefined || resource.accepts?.(raw) === false) return undefined;
    return [key, restored(objects.get(key), raw, resource)];
  }

  /** Whether the object's problems are others than before. */
  function judge(key: string, stored: StoredObject | undefined): boolean {
    if (stored === undefined || stored.problems.length === 0) return invalid.delete(key);
    const next = { problems: stored.problems, kept: stored.object !== undefined };
    if (isDeepStrictEqual(invalid.get(key), next)) return false;
    invalid.set(key, next);
    return true;
  }

  function replace(next: Map<string, StoredObject>): Outcome {
    const changes: Change[] = [];
    let problems = false;
    for (const [key, { object }] of objects) {
      if (next.has(key)) continue;
      problems = judge(key, undefined) || problems;
      changes.push(...changeOf(key, object, undefined));
    }
    for (const [key, stored] of next) {
      problems = judge(key, stored) || problems;
      changes.push(...changeOf(key, objects.get(key)?.object, stored.object));
    }
    objects = next;
    return { changes, problems };
  }

  return {
    resource,
    put(raw) {
      const entry = read(raw);
      if (entry === undefined) return NOTHING;
      const [key, stored] = entry;
      const before = objects.get(key)?.object;
      objects.set(key, stored);
      return { changes: changeOf(key, before, stored.object), problems: judge(key, stored) };
    },
    remove(raw) {
      const key = rawKey(raw);
      const before = key === undefined ? undefined : objects.get(key);
      if (key === undefined || before === undefined) return NOTHING;
      objects.delete(key);
      return { changes: changeOf(key, before.object, undefined), problems: judge(key, undefined) };
    },
    relist() {
      const next = new Map<string, StoredObject>();
      return {
        add(raw) {
          const entry = read(raw);
          if (entry !== undefined) next.set(...entry);
        },
        end: () => replace(next),
      };
    },
    clear: () => replace(new Map()),
    invalid: () => invalid,
  };
}

function changeOf(key: string, previous: StateObject | undefined, next: StateObject | undefined): Change[] {
  return previous === next ? [] : [{ key, previous, next }];
}
