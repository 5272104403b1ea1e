import { describe, expect, test } from "vitest";
import { dnsPluginSchema } from "../../../../contract/index.ts";
import { type Beside, pluginsOf } from "./read.ts";

/** Lines of a server block, and the plugins that they become. */
type Row = readonly [lines: string, expected: readonly object[], beside?: Beside];

/** A table of a plugin's lines, by what they show. */
export function table(plugin: string, rows: Readonly<Record<string, Row>>): void {
  describe(plugin, () => {
    test.each(Object.entries(rows))("%s", (_, [lines, expected, beside]) => {
      const plugins = pluginsOf(lines, beside);
      expect(plugins).toEqual(expected);
      for (const config of plugins) dnsPluginSchema.parse(config);
    });
  });
}
