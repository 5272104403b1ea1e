/** Where a Corefile stands, and the files that it names: keys of ConfigMaps, or files beside it. */
import { posix } from "node:path";

export interface SourceFile {
  /** `ConfigMap kube-system/coredns`, or a file's path: the object of warnings. */
  readonly object: string;
  /** Where in the object, `data[Corefile]`; `undefined` where the object is the file itself. */
  readonly field: string | undefined;
  readonly text: string;
}

/** Paths are absolute, with slashes, and without `.` and `..`. */
export interface SourceFiles {
  read(path: string): SourceFile | undefined;
  /** The paths of a folder's files. */
  list(folder: string): readonly string[];
}

export interface CorefileSource {
  readonly path: string;
  readonly files: SourceFiles;
  /** What `{$NAME}` stands for. Variables of the agent that are not here are none. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Where deployments of CoreDNS mount its ConfigMap. */
export const MOUNT = "/etc/coredns";

/** A place in a file, for people. */
export interface Place {
  readonly file: SourceFile;
  /** From 1 on. */
  readonly line: number;
}

/** `data[Corefile], line 3`. */
export function placeField({ file, line }: Place): string {
  return file.field === undefined ? `line ${line}` : `${file.field}, line ${line}`;
}

export function placeText(place: Place): string {
  return `${place.file.object}, ${placeField(place)}`;
}

/** Relative to a folder; as CoreDNS has it, but for paths that leave the root. */
export function resolvePath(folder: string, path: string): string {
  return posix.resolve("/", folder, path);
}

/**
 * A file that a plugin names. A ConfigMap may be mounted elsewhere, or a key of it under another folder: what is not at
 * its path is looked for by its name beside the Corefile.
 */
export function findFile(source: CorefileSource, root: string, path: string): SourceFile | undefined {
  const folder = posix.dirname(source.path);
  return (
    source.files.read(resolvePath(resolvePath(folder, root), path)) ??
    source.files.read(posix.join(folder, posix.basename(path)))
  );
}
