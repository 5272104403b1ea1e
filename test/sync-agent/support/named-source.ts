import type { Compiled } from "../../../sync-agent/agent.ts";
import type { ClusterSource, ClusterState, Namespace } from "../../../sync-agent/cluster/state.ts";
import { recordsOf, SETTINGS } from "../publish/support/snapshots.ts";

/** A source whose state is one Namespace: enough to tell states apart. */
export interface NamedSource extends ClusterSource {
  become(name: string): void;
}

export function createNamedSource(first: string): NamedSource {
  let name = first;
  let onChange = () => {};
  return {
    become(next) {
      name = next;
      onChange();
    },
    async start(listener) {
      onChange = listener;
    },
    observe: () => ({ state: stateOf(name), warnings: [] }),
    async close() {},
  };
}

function stateOf(name: string): ClusterState {
  const metadata = { namespace: "", name, annotations: {}, labels: {}, created: undefined };
  return {
    Ingress: new Map(),
    IngressClass: new Map(),
    Service: new Map(),
    EndpointSlice: new Map(),
    Secret: new Map(),
    ConfigMap: new Map(),
    Namespace: new Map<string, Namespace>([[`/${name}`, { metadata }]]),
    Pod: new Map(),
  };
}

/** One host, by the Namespace's name. */
export async function compileName({ Namespace }: ClusterState): Promise<Compiled> {
  const [{ metadata } = { metadata: { name: "none" } }] = Namespace.values();
  const records = recordsOf({ [`${metadata.name}.example`]: "a" });
  return { records, settings: SETTINGS, warnings: [], served: [], lacking: [] };
}
