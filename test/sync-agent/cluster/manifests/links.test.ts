import { realpathSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveLinks } from "../../../../sync-agent/cluster/manifests/links.ts";
import { TempFolder } from "./temp-folder.ts";

/** The real path, and the names that it hinges on, from the folder on. */
async function resolved(folder: TempFolder, name: string) {
  const root = realpathSync(folder.path);
  const hinges: string[] = [];
  const real = await resolveLinks(`${root}/${name}`, async (where, link) => {
    hinges.push(`${where}/${link}`.slice(root.length + 1));
  }).catch((error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "?"));
  return { real: real.replace(`${root}/`, ""), hinges };
}

describe("resolveLinks", () => {
  test.each<[string, string, string, string[]]>([
    ["no link", "d/f", "d/f", []],
    ["a link to a file", "file", "d/f", ["file"]],
    ["a link to a folder", "dir/f", "d/f", ["dir"]],
    ["a link to a link", "twice/f", "d/f", ["twice", "dir"]],
    ["a link upwards", "d/up/d/f", "d/f", ["d/up"]],
    ["an absolute link", "absolute", "d/f", ["absolute"]],
    ["dots in the path", "d/../dir/./f", "d/f", ["dir"]],
    ["a link to nothing", "dangling", "ENOENT", ["dangling", "d/missing"]],
    ["a link to itself", "loop", "ELOOP", Array.from({ length: 40 }, () => "loop")],
    ["something below a file", "d/f/x", "ENOTDIR", []],
  ])("%s", async (_, name, real, hinges) => {
    const folder = new TempFolder().write("d/f", "");
    folder.link("d/f", "file").link("d", "dir").link("dir", "twice").link("..", "d/up");
    folder
      .link(realpathSync(folder.at("d/f")), "absolute")
      .link("d/missing/x", "dangling")
      .link("loop", "loop");
    expect(await resolved(folder, name)).toEqual({ real, hinges });
  });

  test("agrees with the operating system", async () => {
    const folder = new TempFolder().write("a/b/c/f", "").link("a/b", "l").link("../l/c/../c", "a/m");
    for (const name of ["l/c/f", "a/m/f", "a/b/../../l/c", "a/m/.."]) {
      const { real } = await resolved(folder, name);
      const root = realpathSync(folder.path);
      expect(`${root}/${real}`).toBe(realpathSync.native(`${root}/${name}`));
    }
  });
});
