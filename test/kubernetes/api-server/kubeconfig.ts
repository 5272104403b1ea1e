import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

export interface KubeconfigOptions {
  readonly token?: string;
  /** Read by the client, again and again: tokens of service accounts rotate. */
  readonly tokenFile?: string;
  readonly namespace?: string;
}

/** @param ca PEM, for a server with TLS. @returns the new folder, and the file in it. */
export async function writeKubeconfig(
  server: string,
  ca: string | undefined,
  { token, tokenFile, namespace }: KubeconfigOptions,
): Promise<{ folder: string; file: string }> {
  const folder = await mkdtemp(join(tmpdir(), "lintel-kubeconfig-"));
  const file = join(folder, "config");
  const name = "double";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server,
          ...(ca !== undefined && { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
        },
      },
    ],
    users: [
      {
        name,
        user: { ...(token !== undefined && { token }), ...(tokenFile !== undefined && { tokenFile }) },
      },
    ],
    contexts: [
      { name, context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) } },
    ],
    "current-context": name,
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return { folder, file };
}
