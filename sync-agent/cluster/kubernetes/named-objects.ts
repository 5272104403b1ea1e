/** Which objects of a kind are followed one by one: those that Ingresses name and that are not followed anyway. */
import type { Ingress } from "../state.ts";

export interface Following {
  /** Resolves when the object has been read, or is known not to be there. Not at all after a close. */
  readonly synced: Promise<void>;
  close(): Promise<void>;
}

export interface NamedObjects {
  /** An Ingress came, changed, or went. */
  ingress(previous: Ingress | undefined, next: Ingress | undefined): void;
  /** An object is followed among others (TLS Secrets are), or is not any more. */
  covered(key: string, present: boolean): void;
  /** Follows an object that no Ingress needs to name, to the end. */
  always(key: string): void;
  /** Begins to follow, when Ingresses, and what is covered, are known. Resolves when what is wanted now has been read. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param wanted says which objects of the kind an Ingress names.
 * @param follow begins to follow the object `namespace/name`; `index` says how many others are followed already.
 */
export function createNamedObjects(
  wanted: (ingress: Ingress) => readonly string[],
  follow: (key: string, index: number) => Following,
): NamedObjects {
  const wants = new Map<string, number>();
  const covered = new Set<string>();
  const followed = new Map<string, Following>();
  /** Of those that nobody has waited for yet: what has been read, or is not wanted any more. */
  const awaited = new Map<string, PromiseWithResolvers<void>>();
  const ending = new Set<Promise<void>>();
  let begun = false;

  function count(key: string, by: 1 | -1): void {
    const wanting = (wants.get(key) ?? 0) + by;
    if (wanting === 0) wants.delete(key);
    else wants.set(key, wanting);
  }

  function settle(key: string): void {
    if (!begun) return;
    const wanting = wants.has(key) && !covered.has(key);
    const present = followed.get(key);
    if (wanting && present === undefined) followed.set(key, follow(key, followed.size));
    if (!wanting && present !== undefined) {
      followed.delete(key);
      awaited.get(key)?.resolve();
      const end = present.close().finally(() => ending.delete(end));
      ending.add(end);
    }
  }

  return {
    ingress(previous, next) {
      const before = previous === undefined ? [] : wanted(previous);
      const after = next === undefined ? [] : wanted(next);
      for (const key of after) count(key, 1);
      for (const key of before) count(key, -1);
      for (const key of new Set([...before, ...after])) settle(key);
    },
    always(key) {
      count(key, 1);
      settle(key);
    },
    covered(key, present) {
      if (present) covered.add(key);
      else covered.delete(key);
      settle(key);
    },
    async begin() {
      begun = true;
      for (const key of wants.keys()) settle(key);
      const reading = Array.from(followed, ([key, { synced }]) => {
        const unwanted = Promise.withResolvers<void>();
        awaited.set(key, unwanted);
        return Promise.race([synced, unwanted.promise]);
      });
      await Promise.all(reading);
      awaited.clear();
    },
    async close() {
      begun = false;
      await Promise.all([...Array.from(followed.values(), (following) => following.close()), ...ending]);
      followed.clear();
    },
  };
}
