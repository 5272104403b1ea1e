import type { PluginConfig } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { namedFile, type PluginContext, type PluginReader, unknownOption } from "../plugin.ts";
import { placeField } from "../source.ts";
import type { Statement } from "../syntax.ts";
import { readZoneFile } from "../zone-file/zone-file.ts";
import { fallthroughOf, zonesOf } from "../zones.ts";

/** All of a server block are one: what the last one says of falling through holds for all, as in CoreDNS. */
export const readFile: PluginReader = (statements, context) => {
  const config: PluginConfig<"file"> = { plugin: "file", files: [] };
  for (const statement of statements) {
    config.files.push(...filesOf(statement, context));
    for (const option of statement.block ?? []) {
      if (option.text === "fallthrough") config.fallthrough = fallthroughOf(option.args);
      else if (["reload", "reload_by_mtime", "upstream"].includes(option.text)) {
        context.note(option, `\`${option.text}\` does nothing: the file is read anew whenever it changes.`);
      } else unknownOption(option, "file", context);
    }
  }
  const byZone = new Map(config.files.map((file) => [file.zone, file]));
  return [{ plugin: { ...config, files: [...byZone.values()] } }];
};

/** A zone without a text that is good stays in the list: its names are nobody else's. */
function filesOf(statement: Statement, context: PluginContext): PluginConfig<"file">["files"] {
  const [name, ...zones] = statement.args;
  if (name === undefined) {
    throw new CorefileError(statement.place, "file names no file", "Write it, as in `file db.example.org`.");
  }
  const file = namedFile(name, context);
  if (file === undefined) {
    context.find({
      kind: "zone",
      place: name.place,
      message: `There is no file ${name.text} beside the Corefile; its zones stay as they were served last.`,
      remedy: "Write the zone's text under a key of that name in the ConfigMap, or into that file.",
    });
  }
  return zonesOf(zones, context.zones).map((zone) => {
    const reading = file && readZoneFile(file, zone);
    for (const { line, problem, remedy } of reading?.ignored ?? []) {
      context.ignored(
        { text: "", place: { file: reading?.file ?? name.place.file, line } },
        `${problem}; the record is left out.`,
        remedy,
      );
    }
    if (reading?.error !== undefined) {
      const { line, problem, remedy } = reading.error;
      const place = { file: reading.file, line };
      context.find({
        kind: "zone",
        place,
        message: `Zone ${zone}: ${problem}; it stays as it was served last.`,
        remedy,
      });
    }
    const served = reading && {
      kind: "file" as const,
      source: `${reading.file.object}, ${reading.file.field ?? placeField({ file: reading.file, line: 1 })}`,
      names: reading.names ?? {},
    };
    return { zone, record: context.store.file(zone, reading?.names === undefined ? undefined : served) };
  });
}
