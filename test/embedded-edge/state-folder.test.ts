import { chmod, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StateFolderError, StateFolderInUseError } from "../../embedded-edge/index.ts";
import { openStateFolder } from "../../embedded-edge/state-folder.ts";
import { temporaryFolder } from "./support/folder.ts";

describe("the state folder", () => {
  it("is created for its owner alone", async () => {
    const path = join(await temporaryFolder(), "a", "state");
    const folder = await openStateFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    folder.release();
  });

  it("is for one edge at a time, by whatever path", async () => {
    const parent = await temporaryFolder();
    const path = join(parent, "state");
    const link = join(parent, "link");
    const folder = await openStateFolder(path);
    await symlink(path, link);
    for (const other of [path, link]) {
      const opening = openStateFolder(other);
      await expect(opening).rejects.toThrow(StateFolderInUseError);
      await expect(opening).rejects.toThrow(`state ${other}: another edge is using it; stop that one, or`);
    }
    folder.release();
    (await openStateFolder(link)).release();
  });

  it("is named when it cannot be created", async () => {
    const opening = openStateFolder("/dev/null/state");
    await expect(opening).rejects.toThrow(StateFolderError);
    await expect(opening).rejects.toThrow("state /dev/null/state: cannot be created (ENOTDIR)");
  });

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)("is named when it cannot be written", async () => {
    const path = await temporaryFolder();
    await chmod(path, 0o500);
    await expect(openStateFolder(path)).rejects.toThrow(`state ${path}: cannot be written`);
    await chmod(path, 0o700);
  });
});
