/** Two lists as one, which stays the same while both do, so that whoever gets it sees that nothing has changed. */
export function createJoin<T>(): (a: readonly T[], b: readonly T[]) => readonly T[] {
  let last: { readonly a: readonly T[]; readonly b: readonly T[]; readonly all: readonly T[] } | undefined;
  return (a, b) => {
    if (a.length === 0) return b;
    if (b.length === 0) return a;
    if (last?.a !== a || last.b !== b) last = { a, b, all: [...a, ...b] };
    return last.all;
  };
}
