/** Raw objects as an API server shows them in lists, and the log of a test. */
import type { Logger } from "../../../../sync-agent/report/logger.ts";

interface Meta {
  readonly name?: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly uid?: string;
}

export function meta({ name = "web", namespace = "shop", version = "1", uid = `uid-${name}` }: Meta) {
  return {
    name,
    ...(namespace !== "" && { namespace }),
    uid,
    resourceVersion: version,
    creationTimestamp: "2026-01-01T00:00:00Z",
    managedFields: [{ manager: "kubectl", operation: "Update" }],
  };
}

export function ingress(of: Meta & { readonly host?: string; readonly secrets?: readonly string[] } = {}) {
  const { host = "shop.example", secrets = [] } = of;
  return {
    metadata: meta(of),
    spec: { rules: [{ host }], tls: secrets.map((secretName) => ({ secretName })) },
    status: { loadBalancer: {} },
  };
}

export function service(of: Meta = {}) {
  return {
    metadata: meta(of),
    spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] },
    status: { loadBalancer: {} },
  };
}

export interface RecordingLog extends Logger {
  /** `error: cannot list …`. Debug is left out. */
  readonly lines: readonly string[];
}

export function recordingLog(): RecordingLog {
  const lines: string[] = [];
  const method = (level: string) => (_: object, message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return { lines, debug: () => {}, info: method("info"), warn: method("warn"), error: method("error") };
}
