import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const FOLDER = fileURLToPath(new URL("../values", import.meta.url));

/** The names of the values files that the chart is rendered with. */
export async function valuesNames(): Promise<string[]> {
  return (await readdir(FOLDER)).map((file) => basename(file, ".yaml")).toSorted();
}

export function valuesFile(name: string): string {
  return `${FOLDER}/${name}.yaml`;
}

export async function readValues(name: string): Promise<Record<string, unknown>> {
  return parse(await readFile(valuesFile(name), "utf8")) as Record<string, unknown>;
}

/** Values upon others, as Helm lays them: objects are merged, everything else is replaced. */
export function merged(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const entries = Object.entries(above).map(([key, value]) => [key, merged(below[key], value)]);
  return { ...below, ...(Object.fromEntries(entries) as Record<string, unknown>) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
