/** The fast way in for JSON, some twenty times faster than through the YAML parser. */

const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/g;

/**
 * The value of a JSON text, or `undefined` for what is not JSON or names a key twice: the YAML parser, which reads
 * JSON too, then finds out what is wrong and where.
 */
export function parsePlainJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // JSON.parse takes the last of two equal keys in silence, so fewer members come out than the text has.
    return countMembers(value) === countWrittenMembers(text) ? value : undefined;
  } catch {
    // Not JSON, or nested too deeply to be counted.
    return undefined;
  }
}

function countWrittenMembers(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(STRINGS)) if (colon === ":") count += 1;
  return count;
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members: unknown[] = Object.values(value);
  const inner = members.reduce<number>((sum, member) => sum + countMembers(member), 0);
  return inner + (Array.isArray(value) ? 0 : members.length);
}
