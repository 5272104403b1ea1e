import { workerBundle } from "../../../cli/bundle.ts";
import { bundleCommand } from "../../../scripts/bundle-command.ts";

/** Made once, before the many processes that run them. */
export async function setup(): Promise<void> {
  await Promise.all([workerBundle(), bundleCommand()]);
}
