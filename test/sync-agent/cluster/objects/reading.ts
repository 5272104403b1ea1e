import { parse } from "yaml";
import { readObject } from "../../../../sync-agent/cluster/objects/read-object.ts";

/** The stripped object that a YAML manifest gives; its problems, as one text each, where it gives none. */
export function read(yaml: string): unknown {
  const reading = readObject(parse(yaml));
  return reading.outcome === "read" ? reading.stripped.object : problems(yaml);
}

/** `field: message` of every problem; `ignored` for a kind that is not read. */
export function problems(yaml: string): string[] {
  const reading = readObject(parse(yaml));
  if (reading.outcome === "read") return [];
  if (reading.outcome === "ignored") return ["ignored"];
  return reading.problems.map(({ field, message }) => `${field}: ${message}`);
}

export const metadata = (name: string, namespace = "default") => ({
  name,
  namespace,
  annotations: {},
  labels: {},
  created: undefined,
});
