import { askJson, askJsonIfAny } from "../ask-edge.ts";
import { certificatesSchema, failuresSchema, overviewSchema, warningsSchema } from "../edge-api.ts";
import type { StatusFlags } from "../status.ts";
import { statusText } from "../status-text.ts";

const WHAT = "tell its status";

/** @throws CommandError | UsageError */
export async function runStatus(flags: StatusFlags): Promise<void> {
  const overview = await askJson(flags, WHAT, "/api/overview", overviewSchema);
  const { warnings } = await askJson(flags, WHAT, "/api/warnings", warningsSchema);
  const { certificates } = await askJson(flags, WHAT, "/api/certificates", certificatesSchema);
  const failed = await askJsonIfAny(flags, WHAT, "/api/failures", failuresSchema);
  const failures = failed?.failures ?? [];
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...overview, warnings, failures, certificates }, null, 2)}\n`
      : statusText({ overview, warnings, failures, certificates }),
  );
}
