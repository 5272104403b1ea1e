import { randomUUID } from "node:crypto";
import { CommandError } from "../exit.ts";
import type { DoctorFlags } from "../doctor.ts";
import { count, renderJson, renderText } from "../../sync-agent/doctor/render.ts";
import { findings } from "../doctor-checks.ts";

/** @throws CommandError when a check fails. */
export async function runDoctor(flags: DoctorFlags): Promise<void> {
  const found = await findings(flags, { fetch, now: () => Date.now(), mark: randomUUID() });
  process.stdout.write(flags.format === "json" ? renderJson(found) : renderText(found));
  const failed = count(found, "fail");
  if (failed > 0) throw new CommandError(`${failed} of ${found.length} checks failed; see above`);
}
