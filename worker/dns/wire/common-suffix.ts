/**
 * Where in a name, in wire form, the longest suffix of whole labels begins that another one has too, in the same case. Of names
 * with nothing in common it is where the root's zero stands.
 */
export function commonSuffix(name: Uint8Array, other: Uint8Array): number {
  const shift = other.length - name.length;
  let equal = name.length - 1;
  while (equal > 0 && equal + shift > 0 && name[equal - 1] === other[equal - 1 + shift]) equal--;
  let at = 0;
  while (at < equal) at += 1 + (name[at] ?? 0);
  // What begins a label here may be in the middle of one there.
  let there = 0;
  for (;;) {
    while (there < at + shift) there += 1 + (other[there] ?? 0);
    if (there === at + shift) return at;
    at += 1 + (name[at] ?? 0);
  }
}
