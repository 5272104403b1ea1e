/**
 * What the agent tells about itself: how it fares, and what in people's objects is not served as it is written. It lies
 * in KV beside the snapshot, for those who look at the edge, and nothing is served by it.
 */
import { parseAs, UnsupportedVersionError } from "./errors.ts";
import { clusterNameSchema } from "./names.ts";
import * as z from "./schema.ts";
import { decodeSigned, encodeSigned } from "./signed-text.ts";
import type { Signer, Verifier } from "./signing.ts";

/** The format of reports. It is no part of CONTRACT_VERSION: an edge serves without reading any. */
export const REPORT_FORMAT = 1;

/** The most that a report holds. Of more, `omitted` tells how many. */
export const REPORT_LIMITS = { warnings: 500, bytes: 128 * 1024, text: 1024, checks: 20 } as const;

/** The form of a report is the agent's to keep: texts that are longer are cut by it. */
const text = z.string().check(z.maxLength(REPORT_LIMITS.text));
/** Milliseconds. */
const time = z.int().check(z.minimum(0));

/** Something in a user's object that is not served as it is written. */
export const reportedWarningSchema = z.strictObject({
  /** `Ingress shop/web`, or a file's path. */
  object: text,
  /** Where in the object. */
  field: text,
  /** One CamelCase word. */
  reason: text,
  /** What is wrong and what is served instead. */
  message: text,
  /** What to do about it. */
  remedy: text,
});

export const reportSchema = z.strictObject({
  format: z.literal(REPORT_FORMAT),
  cluster: clusterNameSchema,
  /** When it was written, since 1970 by the agent's clock. */
  time,
  /** What the agent knew to be published then; it publishes more without a new report. */
  generation: z.optional(z.int().check(z.minimum(1))),
  agent: z.strictObject({
    /** Which of several: its name in the Lease. */
    id: text,
    version: text,
    /** What it follows. */
    mode: z.enum(["cluster", "manifests"]),
  }),
  /** Sorted by object and field. */
  warnings: z.array(reportedWarningSchema).check(z.maxLength(REPORT_LIMITS.warnings)),
  /** How many there are besides. */
  omitted: z.int().check(z.minimum(0)),
  /** What is looked at (`source`, `watches`, `publish`), and what is wrong with it. */
  checks: z
    .array(z.strictObject({ name: text, problem: z.optional(text) }))
    .check(z.maxLength(REPORT_LIMITS.checks)),
  /** How long the last of them took; absent where there was none yet. */
  durations: z.strictObject({ compile: z.optional(time), publish: z.optional(time) }),
  /** Milliseconds after which another report comes though nothing changed; absent where none does. */
  heartbeat: z.optional(z.int().check(z.minimum(1))),
});

export type AgentReport = z.output<typeof reportSchema>;
export type ReportedWarning = z.output<typeof reportedWarningSchema>;

const WHAT = "report";

export async function encodeReport(report: AgentReport, signer: Signer): Promise<string> {
  return encodeSigned(WHAT, report, signer);
}

/**
 * Verifies, then reads a signed report.
 *
 * @throws IntegrityError when the signature is not by the verifier's key; UnsupportedVersionError for one of another
 *   format; MalformedError when its shape is wrong.
 */
export async function decodeReport(signed: string, verifier: Verifier): Promise<AgentReport> {
  const value = await decodeSigned(WHAT, signed, verifier);
  const { format } = parseAs(WHAT, z.looseObject({ format: z.unknown() }), value);
  if (format !== REPORT_FORMAT) throw new UnsupportedVersionError(WHAT, format, REPORT_FORMAT);
  return parseAs(WHAT, reportSchema, value);
}
