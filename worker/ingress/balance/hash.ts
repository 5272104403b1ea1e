/** Fast 32-bit hashes for spreading keys over endpoints. Nothing here keeps a secret. */

/** FNV-1a over UTF-16 code units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return finish(hash);
}

/** One hash of two, of which every bit depends on every bit of both. */
export function combine(a: number, b: number): number {
  return finish(Math.imul(a, 0x9e3779b1) ^ b);
}

/** As MurmurHash3 finishes; unsigned. */
function finish(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
