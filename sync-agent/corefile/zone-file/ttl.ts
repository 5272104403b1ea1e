const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };
const MAX_TTL = 0x7fffffff;

/** Seconds, or BIND's form `1h30m`; `undefined` for what is neither. */
export function readTtl(text: string): number | undefined {
  if (!/^(?:\d+|(?:\d+[wdhms])+\d*)$/i.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit = "s"] of text.matchAll(/(\d+)([wdhms]?)/gi)) {
    total += Number(digits) * (UNITS[unit.toLowerCase() || "s"] ?? 0);
  }
  return total <= MAX_TTL ? total : undefined;
}
