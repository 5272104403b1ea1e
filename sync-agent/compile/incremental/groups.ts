/** What owners contribute to groups, and which groups have to be merged anew: those to which somebody contributes otherwise. */
export class Groups<T> {
  readonly #isSame: (a: T, b: T) => boolean;
  readonly #owned = new Map<string, ReadonlyMap<string, readonly T[]>>();
  readonly #groups = new Map<string, Map<string, readonly T[]>>();
  #dirty = new Set<string>();

  /** @param isSame whether one item may stand for another, so that its group is left alone */
  constructor(isSame: (a: T, b: T) => boolean = Object.is) {
    this.#isSame = isSame;
  }

  /** Replaces all that an owner contributes, by group. */
  set(owner: string, items: ReadonlyMap<string, readonly T[]>): void {
    const before = this.#owned.get(owner);
    if (items.size === 0) this.#owned.delete(owner);
    else this.#owned.set(owner, items);
    for (const group of before?.keys() ?? []) if (!items.has(group)) this.#remove(owner, group);
    for (const [group, own] of items) {
      const known = before?.get(group);
      if (known !== undefined && this.#areSame(known, own)) continue;
      const owners = this.#groups.get(group);
      if (owners === undefined) this.#groups.set(group, new Map([[owner, own]]));
      else owners.set(owner, own);
      this.#dirty.add(group);
    }
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Those of one owner in the order in which it gave them; owners in any order. */
  items(group: string): T[] {
    const owners = this.#groups.get(group);
    return owners === undefined ? [] : [...owners.values()].flat();
  }

  /** The groups that have changed since the last call. */
  takeDirty(): ReadonlySet<string> {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    return dirty;
  }

  #remove(owner: string, group: string): void {
    const owners = this.#groups.get(group);
    owners?.delete(owner);
    if (owners?.size === 0) this.#groups.delete(group);
    this.#dirty.add(group);
  }

  #areSame(a: readonly T[], b: readonly T[]): boolean {
    return (
      a.length === b.length &&
      a.every((item, index) => {
        const other = b[index];
        return other !== undefined && this.#isSame(item, other);
      })
    );
  }
}
