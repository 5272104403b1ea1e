import { readContent } from "../../../../sync-agent/cluster/manifests/content.ts";
import {
  type Served,
  type ServeInput,
  type ServeResult,
  serve,
} from "../../../../sync-agent/cluster/manifests/served.ts";

/** A manifest file as a scan hands it on; text that does not parse makes it an unreadable one. */
export function file(path: string, text: string) {
  const reading = readContent(text);
  return reading.outcome === "parsed"
    ? { path, fingerprint: undefined, content: reading.content, unreadable: undefined }
    : { path, fingerprint: undefined, content: undefined, unreadable: reading.problem };
}

/** One step of a source's life; what is not given is as uneventful as can be. */
export function step(
  previous: Served,
  files: ServeInput["files"],
  more: Partial<ServeInput> = {},
): ServeResult {
  return serve({
    previous,
    files,
    changed: new Set(),
    unreachable: () => false,
    now: 0,
    settleMillis: 0,
    ...more,
  });
}

export const service = (name: string, port = 80) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{port: ${port}}]}\n---\n`;

/** `name: port, file` of every Service served. */
export function ports(served: Served): Record<string, string> {
  return Object.fromEntries(
    Array.from(served.values(), ({ found: { stripped, identity }, file }) => [
      identity.key.replace("default/", ""),
      `${stripped.kind === "Service" ? (stripped.object.ports[0]?.port ?? "") : stripped.kind} ${file}`,
    ]),
  );
}
