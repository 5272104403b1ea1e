import { type Describe, nowWas } from "./change.ts";

export const certificateChanges: Describe<"certificates"> = {
  name: (key) => `certificate of ${key}`,
  content: ({ secret, notAfter }) => [`from Secret ${secret}`, `valid until ${day(notAfter)}`],
  gone: ({ secret }) => [`was from Secret ${secret}`],
  difference(before, after) {
    const secret = nowWas("from Secret", before.secret, after.secret);
    const found = [
      ...nowWas("valid until", day(before.notAfter), day(after.notAfter)),
      ...(before.chain === after.chain ? [] : ["another certificate"]),
      // Sealing is deterministic (contract/seal.ts).
      ...(before.key === after.key ? [] : ["another private key, or one that is sealed with another key"]),
    ];
    // Whoever wants to look at it looks there.
    return [
      ...secret,
      ...(secret.length > 0 ? found : found.map((words) => `${words} (Secret ${after.secret})`)),
    ];
  },
};

function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 10);
}
