/** The Corefile of a cluster: a key of CoreDNS's ConfigMap, with the other keys as the files that it names. */
import { type CorefileSource, MOUNT, type SourceFile, type SourceFiles } from "../corefile/source.ts";
import type { ClusterState, ConfigMap } from "../cluster/state.ts";
import { describeObject } from "./objects.ts";

export type CorefileOrigin =
  | {
      readonly kind: "configMap";
      /** `namespace/name`. */
      readonly key: string;
      /** Whether it is said when there is none: somebody named it. */
      readonly isNamed: boolean;
    }
  /** Read from files; `undefined` while they cannot be. */
  | { readonly kind: "files"; readonly path: string; readonly source: CorefileSource | undefined };

/** The key that CoreDNS is started with. */
export const COREFILE_KEY = "Corefile";
/** AKS and k3s mount the ConfigMap of that name beside the other, for what users add. */
const CUSTOM = "-custom";
const CUSTOM_FOLDER = "custom";

/** `namespace/name` of the ConfigMaps that make a Corefile. */
export function corefileConfigMaps(key: string): readonly [string, string] {
  return [key, `${key}${CUSTOM}`];
}

export function configMapSource(
  key: string,
  { ConfigMap }: Pick<ClusterState, "ConfigMap">,
  environment: ReadonlyMap<string, string>,
): CorefileSource {
  const [own, custom] = corefileConfigMaps(key).map((name) => ConfigMap.get(name));
  const files = new Map([...filesOf(own, MOUNT), ...filesOf(custom, `${MOUNT}/${CUSTOM_FOLDER}`)]);
  return { path: `${MOUNT}/${COREFILE_KEY}`, files: sourceFiles(files), environment };
}

/** @param files by path */
export function sourceFiles(files: ReadonlyMap<string, SourceFile>): SourceFiles {
  return {
    read: (path) => files.get(path),
    list: (folder) =>
      [...files.keys()].filter((path) => path.slice(0, path.lastIndexOf("/")) === folder).toSorted(),
  };
}

function filesOf(configMap: ConfigMap | undefined, folder: string): [string, SourceFile][] {
  if (configMap === undefined) return [];
  const object = describeObject("ConfigMap", configMap.metadata);
  return Object.entries(configMap.data).map(([key, text]) => [
    `${folder}/${key}`,
    { object, field: `data[${key}]`, text },
  ]);
}

/** Whether names of pods may have to be verified, told by the words alone: before a Corefile is read as one. */
export function mayVerifyPods(
  { ConfigMap }: Pick<ClusterState, "ConfigMap">,
  configMaps: readonly string[],
): boolean {
  return configMaps.some((key) =>
    Object.values(ConfigMap.get(key)?.data ?? {}).some((text) => /\bpods\s+verified\b/.test(text)),
  );
}
