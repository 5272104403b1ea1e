/** What a benchmark is, and what it finds: ratios against a baseline that was measured in the same run. */
import { z } from "zod";

/** One thing measured, beside the baseline of the same run. */
export const row = z.strictObject({
  /** What was measured, as a reader would name it: `10,000 hosts`. */
  what: z.string(),
  measured: z.number(),
  /** Of both figures: `requests/s`, `ns`, `ms`, `MiB`. */
  unit: z.string(),
  /** Missing where a figure stands for itself (bytes, KV writes). */
  baseline: z.strictObject({ name: z.string(), value: z.number() }).optional(),
});
export type Row = z.infer<typeof row>;

/** What the project holds itself to. Missing it is told, not hidden: a benchmark never fails for a figure. */
export const goal = z.strictObject({
  what: z.string(),
  is: z.number(),
  unit: z.string().optional(),
  want: z.union([z.strictObject({ atLeast: z.number() }), z.strictObject({ atMost: z.number() })]),
});
export type Goal = z.infer<typeof goal>;

export const findings = z.strictObject({
  rows: z.array(row),
  goals: z.array(goal),
  /** What a reader must know to read the figures right: one sentence each. */
  notes: z.array(z.string()).default([]),
});
export type Findings = z.output<typeof findings>;

export interface Bench {
  /** For people: `Matching alone`. */
  readonly title: string;
  /** How it is measured and against what, in a few sentences. */
  readonly method: string;
  /** Says on stderr what it is at with `say`. Ends all that it starts; rejects for nothing but a broken set-up. */
  readonly run: (say: (text: string) => void) => Promise<z.input<typeof findings>>;
}

export const isMet = ({ is, want }: Goal): boolean =>
  "atLeast" in want ? is >= want.atLeast : is <= want.atMost;
