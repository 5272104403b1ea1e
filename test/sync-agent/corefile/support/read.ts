import type { ZoneRecord } from "../../../../contract/index.ts";
import { sourceFiles } from "../../../../sync-agent/compile/corefile-source.ts";
import { type CorefileReading, readCorefile } from "../../../../sync-agent/corefile/corefile.ts";
import {
  type CorefileSource,
  MOUNT,
  placeField,
  type SourceFile,
} from "../../../../sync-agent/corefile/source.ts";

export interface Beside {
  /** Keys of the ConfigMap; `custom/…` those of the other one. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export function sourceOf(text: string, { files = {}, environment = {} }: Beside = {}): CorefileSource {
  const all = Object.entries({ Corefile: text, ...files }).map(([key, text]): [string, SourceFile] => [
    `${MOUNT}/${key}`,
    { object: "ConfigMap kube-system/coredns", field: `data[${key}]`, text },
  ]);
  return {
    path: `${MOUNT}/Corefile`,
    files: sourceFiles(new Map(all)),
    environment: new Map(Object.entries(environment)),
  };
}

export const read = (text: string, beside?: Beside): CorefileReading => readCorefile(sourceOf(text, beside));

/** The configurations of the plugins of the only server block, as the edge gets them. */
export function pluginsOf(lines: string, beside?: Beside): unknown[] {
  const { corefile, error } = read(`example.org {\n${lines}\n}`, beside);
  if (corefile === undefined) throw error ?? new Error("nothing was read");
  return corefile.servers.flatMap(({ plugins }) => plugins.map(({ plugin }) => plugin));
}

/** `line: message` of what is said; an error's place and problem. */
export function saidOf(text: string, beside?: Beside): string[] {
  const { findings, error } = read(text, beside);
  return [
    ...findings.map(({ kind, place, message }) => `${kind} ${placeField(place)}: ${message}`),
    ...(error === undefined ? [] : [`error ${placeField(error.place)}: ${error.problem}`]),
  ];
}

/** The same of lines within a server block: of line 1 is the first of them. */
export function saidOfLines(lines: string, beside?: Beside): string[] {
  return saidOf(`example.org {\n${lines}\n}`, beside).map((text) =>
    text.replace(/data\[Corefile\], line (\d+)/, (_, line: string) => `line ${Number(line) - 1}`),
  );
}

export function recordsOf(lines: string, beside?: Beside): Record<string, ZoneRecord> {
  return Object.fromEntries(read(`example.org {\n${lines}\n}`, beside).corefile?.records ?? []);
}
