/** Which Secrets are followed one by one: those that Ingresses name and that are not among the TLS Secrets. */
import type { Ingress } from "../state.ts";
import { wantedSecrets } from "./wanted-secrets.ts";

export interface Following {
  /** Resolves when the Secret has been read, or is known not to be there. */
  readonly synced: Promise<void>;
  close(): Promise<void>;
}

export interface NamedSecrets {
  /** An Ingress came, changed, or went. */
  ingress(previous: Ingress | undefined, next: Ingress | undefined): void;
  /** A TLS Secret is there, or is not any more. */
  tls(key: string, present: boolean): void;
  /** Begins to follow, when Ingresses and TLS Secrets are known. Resolves when what is wanted now has been read. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param follow begins to follow the Secret `namespace/name`; `index` says how many others are followed already.
 * @param wanted says which Secrets an Ingress names.
 */
export function createNamedSecrets(
  follow: (key: string, index: number) => Following,
  wanted: (ingress: Ingress) => readonly string[] = wantedSecrets,
): NamedSecrets {
  const wants = new Map<string, number>();
  const tls = new Set<string>();
  const followed = new Map<string, Following>();
  const ending = new Set<Promise<void>>();
  let begun = false;

  function count(key: string, by: 1 | -1): void {
    const wanting = (wants.get(key) ?? 0) + by;
    if (wanting === 0) wants.delete(key);
    else wants.set(key, wanting);
  }

  function settle(key: string): void {
    if (!begun) return;
    const wanting = wants.has(key) && !tls.has(key);
    const present = followed.get(key);
    if (wanting && present === undefined) followed.set(key, follow(key, followed.size));
    if (!wanting && present !== undefined) {
      followed.delete(key);
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
    tls(key, present) {
      if (present) tls.add(key);
      else tls.delete(key);
      settle(key);
    },
    async begin() {
      begun = true;
      for (const key of wants.keys()) settle(key);
      await Promise.all(Array.from(followed.values(), ({ synced }) => synced));
    },
    async close() {
      begun = false;
      await Promise.all([...Array.from(followed.values(), (following) => following.close()), ...ending]);
      followed.clear();
    },
  };
}
