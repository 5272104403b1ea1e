/** What a reader of one plugin gets and gives. */
import type { DnsPlugin, FileZone, HostsTable } from "../../contract/index.ts";
import { CorefileError } from "./error.ts";
import type { Finding } from "./finding.ts";
import type { LabelSelector } from "./label-selector.ts";
import { findFile, type SourceFile } from "./source.ts";
import type { CorefileSource } from "./source.ts";
import type { Statement, Word } from "./syntax.ts";

/** A plugin as far as the Corefile alone says it. */
export interface PluginDraft {
  readonly plugin: DnsPlugin;
  /** The namespaces of a kubernetes plugin, where they are chosen by their labels. */
  readonly namespaceLabels?: LabelSelector | undefined;
  /** The Services of a kubernetes plugin, where they are chosen by their labels. */
  readonly labels?: LabelSelector | undefined;
}

/** Collects what section `zones` needs. */
export interface ZoneStore {
  /** @returns the record's key */
  hosts(table: HostsTable): string;
  /** @param zone `undefined` where its text is refused. */
  file(name: string, zone: FileZone | undefined): string;
}

export interface PluginContext {
  /** Of the server block. */
  readonly zones: readonly string[];
  readonly source: CorefileSource;
  /** The folder that relative paths begin in: of plugin `root`. */
  readonly root: string;
  readonly store: ZoneStore;
  note(of: Word, message: string, remedy?: string): void;
  ignored(of: Word, message: string, remedy: string): void;
  find(finding: Finding): void;
}

/**
 * @param statements all of the plugin in one server block, in their order
 * @throws CorefileError where CoreDNS would not start
 */
export type PluginReader = (
  statements: readonly [Statement, ...Statement[]],
  context: PluginContext,
) => readonly PluginDraft[];

/** @throws CorefileError where a plugin that may stand once in a server block stands there again. */
export function once([statement, again]: readonly [Statement, ...Statement[]]): Statement {
  if (again === undefined) return statement;
  throw new CorefileError(
    again.place,
    `${again.text} stands in this server block a second time`,
    "Write one, with the options of both.",
  );
}

export function namedFile({ text }: Word, { source, root }: PluginContext): SourceFile | undefined {
  return findFile(source, root, text);
}

/** An option that no version of CoreDNS known here has. */
export function unknownOption(option: Word, plugin: string, context: PluginContext): void {
  context.ignored(
    option,
    `Option \`${option.text}\` of ${plugin} is not known; it is ignored.`,
    "Correct it, or leave it to CoreDNS if it knows it.",
  );
}
