import { expect, onTestFinished, test } from "vitest";
import { FolderWatch } from "../../../../sync-agent/cluster/manifests/folder-watch.ts";
import { TempFolder } from "./temp-folder.ts";

/** A watch that counts what it hears, and lets a test wait for the next thing heard. */
class Counted {
  heard = 0;
  readonly watch: FolderWatch;
  #wake: () => void = () => undefined;

  constructor() {
    this.watch = new FolderWatch(() => {
      this.heard += 1;
      this.#wake();
    });
    onTestFinished(() => this.watch.close());
  }

  async hears(act: () => unknown): Promise<void> {
    const sign = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    act();
    await sign;
  }
}

/** Waits until the system has told of everything so far: notices come in order, to all watches of a process. */
async function everythingTold(folder: TempFolder): Promise<void> {
  const other = new Counted();
  await other.watch.folder(folder.folder("other").at("other"));
  other.watch.endRound();
  await other.hears(() => folder.write("other/last", ""));
}

test("hears of one name where only that matters, and of no hidden ones where all others do", async () => {
  const folder = new TempFolder().folder("all").folder("one");
  const counted = new Counted();
  await counted.watch.folder(folder.at("all"));
  await counted.watch.name(folder.at("one"), ".x");
  counted.watch.endRound();
  folder.write("all/.hidden", "").write("one/y", "").write("one/.xx", "").remove("one/y");
  await everythingTold(folder);
  expect(counted.heard).toBe(0);
  await counted.hears(() => folder.write("one/.x", ""));
  await counted.hears(() => folder.write("all/y", ""));
});

test("hears of what happens while a round is in progress", async () => {
  const folder = new TempFolder().folder("all");
  const counted = new Counted();
  await counted.watch.folder(folder.at("all"));
  await counted.hears(() => folder.write("all/y", ""));
});

test("forgets the folders that a round does not name", async () => {
  const folder = new TempFolder().folder("all").folder("one");
  const counted = new Counted();
  for (const folders of [["all", "one"], ["all"]]) {
    for (const name of folders) await counted.watch.folder(folder.at(name));
    counted.watch.endRound();
  }
  folder.write("one/a", "");
  await everythingTold(folder);
  expect(counted.heard).toBe(0);
  await counted.hears(() => folder.write("all/a", ""));
});

test("says which folders it cannot watch, but not which places of a single name", async () => {
  const folder = new TempFolder();
  const { watch } = new Counted();
  await watch.folder(folder.at("missing"));
  await watch.name(folder.at("gone"), "x");
  watch.endRound();
  expect([...watch.failures]).toEqual([[folder.at("missing"), "ENOENT"]]);
  folder.folder("missing");
  await watch.folder(folder.at("missing"));
  watch.endRound();
  expect([...watch.failures]).toEqual([]);
});
