import { CommandError } from "./exit.ts";

/**
 * What went wrong, in words for the person at the keyboard: the errors that name what is wrong and what to do about
 * it. `undefined` for any other, which is a fault of ours and shown with its stack.
 */
export async function explain(error: unknown): Promise<string | undefined> {
  if (error instanceof CommandError) return error.message;
  // These modules bring much along, and have been loaded by now if it is they who complain.
  const [{ ContractError }, { EdgeError, ListenError }, { ManifestSourceError }, { PublishError }] =
    await Promise.all([
      import("../contract/index.ts"),
      import("../embedded-edge/errors.ts"),
      import("../sync-agent/cluster/manifests/error.ts"),
      import("../sync-agent/publish/error.ts"),
    ]);
  if (error instanceof ManifestSourceError) return `--manifests ${error.message}`;
  if (error instanceof ListenError) return `--${error.message}`;
  const isKnown = [ContractError, EdgeError, ManifestSourceError, PublishError].some(
    (known) => error instanceof known,
  );
  return isKnown && error instanceof Error ? error.message : undefined;
}
