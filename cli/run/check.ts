import { randomBytes } from "node:crypto";
import { loadSealer } from "../../contract/index.ts";
import { check } from "../../sync-agent/check/check.ts";
import { reportText, summaryText } from "../../sync-agent/check/text.ts";
import type { CheckFlags } from "../check.ts";
import { corefilesAt, isCorefile } from "../corefiles-at.ts";
import { CommandError } from "../exit.ts";
import { manifestsAt } from "../manifests-at.ts";

/** @throws CommandError where an Ingress or a Corefile needs a change, after the report is printed */
export async function runCheck(paths: readonly string[], flags: CheckFlags): Promise<void> {
  const corefiles = await corefilesAt(paths);
  const others = paths.filter((path) => !isCorefile(path));
  const observation = await manifestsAt(others);
  const report = await check(observation, {
    adoptedClasses: flags.adoptClass,
    ingressClasses: flags.onlyClass,
    clusterDomain: flags.clusterDomain,
    controllerConfig: flags.controllerConfig,
    systemHost: undefined,
    corefiles,
    now: Date.now(),
    // What it seals is thrown away.
    sealer: await loadSealer(randomBytes(32).toString("base64")),
  });
  process.stdout.write(flags.format === "json" ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  const unreadable = report.others.filter(({ reason }) => reason === "ManifestUnreadable");
  if (unreadable.length > 0) throw new CommandError("not everything could be read; see above");
  if (report.summary.change > 0) throw new CommandError(summaryText(report));
  const corefile = report.corefiles.find(({ verdict }) => verdict === "change");
  if (corefile !== undefined) throw new CommandError(`the Corefile of ${corefile.corefile} needs a change`);
}
