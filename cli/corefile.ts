/** Where the commands find a Corefile. */
import { type CorefileFiles, createCorefileFiles } from "../sync-agent/cluster/corefile-files.ts";
import { ManifestSourceError } from "../sync-agent/cluster/manifests/error.ts";
import { type CorefileOrigin, corefileConfigMaps } from "../sync-agent/compile/corefile-source.ts";
import { UsageError } from "./exit.ts";

export type CorefileFlag =
  | { readonly kind: "none" }
  /** `namespace/name`. */
  | { readonly kind: "configMap"; readonly key: string }
  | { readonly kind: "path"; readonly path: string };

/** Where distributions put it. */
const USUAL = "kube-system/coredns";

export interface CorefileFlags {
  readonly corefile?: CorefileFlag;
  readonly corefileEnv: readonly string[];
}

export interface Corefiles {
  /** At this moment. */
  origin(): CorefileOrigin | undefined;
  readonly environment: ReadonlyMap<string, string>;
  /** `namespace/name` of the ConfigMaps that must be followed. */
  readonly configMaps: readonly string[];
  /** Reads files, and follows them. @throws UsageError when there is none. */
  start(onChange: () => void): Promise<void>;
  close(): void;
}

export function corefiles({ corefile, corefileEnv }: CorefileFlags): Corefiles {
  const environment = new Map(
    corefileEnv.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const still = { environment, start: async () => undefined, close: () => undefined };
  if (corefile?.kind === "none") return { ...still, origin: () => undefined, configMaps: [] };
  if (corefile?.kind === "path") {
    const files: CorefileFiles = createCorefileFiles({ path: corefile.path, environment });
    return {
      environment,
      configMaps: [],
      origin: () => ({ kind: "files", path: corefile.path, source: files.source() }),
      async start(onChange) {
        try {
          await files.start(onChange);
        } catch (cause) {
          if (!(cause instanceof ManifestSourceError)) throw cause;
          throw new UsageError(`--corefile ${cause.message}`, { cause });
        }
      },
      close: () => files.close(),
    };
  }
  const key = corefile?.key ?? USUAL;
  const origin = { kind: "configMap", key, isNamed: corefile !== undefined } as const;
  return { ...still, origin: () => origin, configMaps: corefileConfigMaps(key) };
}
