import type { PluginConfig, ServiceRecord } from "../../../contract/index.ts";

/** What the kubernetes plugin answers for at all, whoever asks. */
export class Exposure {
  readonly #namespaces: ReadonlySet<string> | undefined;
  readonly #selection: number | undefined;

  constructor({ namespaces, selection }: PluginConfig<"kubernetes">) {
    this.#namespaces = namespaces && new Set(namespaces);
    this.#selection = selection;
  }

  /** `namespaces` and `namespace_labels`. */
  hasNamespace(namespace: string): boolean {
    return this.#namespaces?.has(namespace) ?? true;
  }

  /** `labels`. */
  hasService({ hiddenFrom }: ServiceRecord): boolean {
    return this.#selection === undefined || !hiddenFrom?.includes(this.#selection);
  }
}
