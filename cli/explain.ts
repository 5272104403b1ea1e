import { CommandError } from "./exit.ts";

/**
 * What went wrong, in words for the person at the keyboard: the errors that name what is wrong and what to do about
 * it. `undefined` for any other, which is a fault of ours and shown with its stack.
 */
export async function explain(error: unknown): Promise<string | undefined> {
  if (error instanceof CommandError) return error.message;
  // These modules bring much along, and have been loaded by now if it is they who complain.
  const [contract, edge, stub, manifests, config, kubernetes, publish, observability] = await Promise.all([
    import("../contract/index.ts"),
    import("../embedded-edge/errors.ts"),
    import("../dns-stub/error.ts"),
    import("../sync-agent/cluster/manifests/error.ts"),
    import("../sync-agent/kubernetes/config-error.ts"),
    import("../sync-agent/kubernetes/client.ts"),
    import("../sync-agent/publish/error.ts"),
    import("../sync-agent/report/http-server.ts"),
  ]);
  if (error instanceof manifests.ManifestSourceError) return `--manifests ${error.message}`;
  if (error instanceof edge.ListenError) return `--${error.message}`;
  const known = [
    contract.ContractError,
    edge.EdgeError,
    stub.StubError,
    config.KubeConfigError,
    kubernetes.KubeError,
    publish.PublishError,
    observability.ListenError,
  ];
  return error instanceof Error && known.some((kind) => error instanceof kind) ? error.message : undefined;
}
