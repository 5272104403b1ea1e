import { appendFileSync, truncateSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { service } from "./manifests/files.ts";
import { Following } from "./manifests/following.ts";
import { TempFolder } from "./manifests/temp-folder.ts";
import { runs } from "../../worker/support/runs.ts";

// Every test waits for the source to tell of the change; the look every 30 seconds comes too late to help.
describe("a folder", () => {
  async function followed(folder: TempFolder): Promise<Following> {
    folder.write("a.yaml", service("a", 1)).write("sub/b.yaml", service("b", 1));
    const source = await Following.start({ path: folder.path });
    expect(source.services).toBe("a:1 b:1");
    return source;
  }

  test.each<[string, (folder: TempFolder) => unknown, string]>([
    ["an edit in place", (folder) => folder.write("a.yaml", service("a", 2)), "a:2 b:1"],
    ["an edit in a subfolder", (folder) => folder.write("sub/b.yaml", service("b", 2)), "a:1 b:2"],
    ["something appended", (folder) => appendFileSync(folder.at("a.yaml"), service("c", 3)), "a:1 b:1 c:3"],
    ["a file moved over another", (folder) => folder.replace("a.yaml", service("a", 2)), "a:2 b:1"],
    ["a new file", (folder) => folder.write("c.json", service("c", 3)), "a:1 b:1 c:3"],
    [
      "a file in a new folder in a new folder",
      (folder) => folder.write("x/y/c.yaml", service("c", 3)),
      "a:1 b:1 c:3",
    ],
    [
      "a folder moved in",
      (folder) => folder.write(".x/c.yaml", service("c", 3)).move(".x", "x"),
      "a:1 b:1 c:3",
    ],
    ["a file removed", (folder) => folder.remove("a.yaml"), "b:1"],
    ["a folder removed", (folder) => folder.remove("sub"), "a:1"],
    ["a file renamed to another extension", (folder) => folder.move("a.yaml", "a.off"), "b:1"],
    ["a file renamed", (folder) => folder.move("a.yaml", "z.yaml"), "a:1 b:1"],
    ["an object taken out", (folder) => folder.write("a.yaml", ""), "b:1"],
    ["a file that breaks", (folder) => folder.write("a.yaml", "a: ["), "a:1 b:1 !"],
  ])("%s", async (_, change, services) => {
    const folder = new TempFolder();
    const source = await followed(folder);
    change(folder);
    await source.untilServices(services);
    // And what follows is seen as well.
    folder.write("later.yaml", service("later", 9));
    await source.until(({ state }) => state.Service.has("default/later"));
  });

  test("a folder that is removed, made again and changed", async () => {
    const folder = new TempFolder();
    const source = await followed(folder);
    folder.remove("sub").write("sub/b.yaml", service("b", 2));
    await source.untilServices("a:1 b:2");
    folder.write("sub/b.yaml", service("b", 3));
    await source.untilServices("a:1 b:3");
    folder.write("next/b.yaml", service("b", 4)).remove("sub").move("next", "sub");
    await source.untilServices("a:1 b:4");
    folder.write("sub/b.yaml", service("b", 5));
    await source.untilServices("a:1 b:5");
  });

  test("the folder itself replaced by another one", async () => {
    const folder = new TempFolder().write("m/a.yaml", service("a", 1)).write("n/a.yaml", service("a", 2));
    const source = await Following.start({ path: folder.at("m") });
    folder.move("m", "old").move("n", "m");
    await source.untilServices("a:2");
    folder.write("m/a.yaml", service("a", 3));
    await source.untilServices("a:3");
  });

  test("while the folder is away, what it served last stays served", async () => {
    const folder = new TempFolder().write("m/a.yaml", service("a", 1));
    const source = await Following.start({ path: folder.at("m") });
    folder.move("m", "away");
    await source.untilServices("a:1 !");
    expect(source.observe().warnings).toMatchObject([{ object: folder.at("m"), field: "path" }]);
    folder.write("away/a.yaml", service("a", 2)).move("away", "m");
    await source.untilServices("a:2");
  });

  test("a file that cannot be read keeps what it served", async () => {
    const folder = new TempFolder();
    const source = await followed(folder);
    folder.link("a.yaml", "a.yaml");
    await source.untilServices("a:1 b:1 !");
    folder.replace("a.yaml", service("a", 2));
    await source.untilServices("a:2 b:1");
  });

  test("a file that becomes a link to nothing keeps what it served, until the link goes too", async () => {
    const folder = new TempFolder();
    const source = await followed(folder);
    folder.link("nowhere", "a.yaml");
    await source.untilServices("a:1 b:1 !");
    folder.remove("a.yaml");
    await source.untilServices("b:1");
  });

  test("an object that moves from file to file is never away, nor twice", async () => {
    const folder = new TempFolder();
    const source = await followed(folder);
    const seen = new Set<string>();
    folder.write("a.yaml", "").write("z.yaml", service("a", 2));
    await source.until((observation) => {
      seen.add(source.services);
      return observation.state.Service.get("default/a")?.ports[0]?.port === 2;
    });
    expect([...seen].filter((services) => !/^a:[12] b:1$/.test(services))).toEqual([]);
  });
});

describe("links", () => {
  test("a ConfigMap that Kubernetes publishes anew, again and again", async () => {
    const folder = new TempFolder().write("..1/a.yaml", service("a", 1)).link("..1", "..data");
    folder.link("..data/a.yaml", "a.yaml");
    const source = await Following.start({ path: folder.path });
    for (let version = 2; version < 6; version++) {
      folder.write(`..${version}/a.yaml`, service("a", version)).link(`..${version}`, "..data");
      folder.remove(`..${version - 1}`);
      await source.untilServices(`a:${version}`);
    }
    // A key that is added, and one that is taken away.
    folder.write("..6/b.yaml", service("b", 6)).link("..6", "..data").link("..data/b.yaml", "b.yaml");
    folder.remove("a.yaml");
    await source.untilServices("b:6");
  });

  test("one file of a ConfigMap", async () => {
    const folder = new TempFolder().write("..1/a.yaml", service("a", 1)).link("..1", "..data");
    folder.link("..data/a.yaml", "a.yaml");
    const source = await Following.start({ path: folder.at("a.yaml") });
    for (let version = 2; version < 5; version++) {
      folder.write(`..${version}/a.yaml`, service("a", version)).link(`..${version}`, "..data");
      await source.untilServices(`a:${version}`);
    }
  });

  test("a link above the folder turned elsewhere, as git-sync publishes", async () => {
    const folder = new TempFolder()
      .write(".trees/1/m/a.yaml", service("a", 1))
      .write(".trees/2/m/a.yaml", service("a", 2));
    folder.link(".trees/1", "current");
    const source = await Following.start({ path: folder.at("current/m") });
    folder.link(".trees/2", "current");
    await source.untilServices("a:2");
    folder.write(".trees/2/m/a.yaml", service("a", 3));
    await source.untilServices("a:3");
  });

  test("a chain of links that leads outside, turned in its middle", async () => {
    const folder = new TempFolder()
      .write("o/1/a.yaml", service("a", 1))
      .write("o/2/a.yaml", service("a", 2))
      .folder("m");
    folder.link("1", "o/current").link("../o/current/a.yaml", "m/a.yaml");
    const source = await Following.start({ path: folder.at("m") });
    folder.link("2", "o/current");
    await source.untilServices("a:2");
    folder.write("o/2/a.yaml", service("a", 3));
    await source.untilServices("a:3");
  });

  test("a link to nothing, when its target appears", async () => {
    const folder = new TempFolder().folder("o").folder("m").link("../o/x/a.yaml", "m/a.yaml");
    const source = await Following.start({ path: folder.at("m") });
    expect(source.services).toBe("!");
    folder.write(".x/a.yaml", service("a", 1)).move(".x", "o/x");
    await source.untilServices("a:1");
  });
});

describe("a single file", () => {
  test.each<[string, (folder: TempFolder) => unknown]>([
    ["edited in place", (folder) => folder.write("a.yaml", service("a", 2))],
    ["replaced by another", (folder) => folder.replace("a.yaml", service("a", 2))],
    ["removed and written anew", (folder) => folder.remove("a.yaml").write("a.yaml", service("a", 2))],
    [
      "moved away and written anew, as editors do",
      (folder) => folder.move("a.yaml", "a.yaml~").write("a.yaml", service("a", 2)),
    ],
  ])("%s", async (_, change) => {
    const folder = new TempFolder().write("a.yaml", service("a", 1));
    const source = await Following.start({ path: folder.at("a.yaml") });
    change(folder);
    await source.untilServices("a:2");
    folder.replace("a.yaml", service("a", 3));
    await source.untilServices("a:3");
    folder.write("a.yaml", service("a", 4));
    await source.untilServices("a:4");
  });

  test("while it is away, what it served last stays served", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1));
    const source = await Following.start({ path: folder.at("a.yaml") });
    folder.remove("a.yaml");
    await source.untilServices("a:1 !");
    folder.write("a.yaml", service("a", 2));
    await source.untilServices("a:2");
  });
});

describe("editors", () => {
  test("a file empty for a moment does not drop what it serves", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1) + service("b", 1));
    // So long that only the file's being written again can end the wait.
    const source = await Following.start({ path: folder.path, settleMillis: 3_600_000 });
    const before = source.ticks;
    truncateSync(folder.at("a.yaml"));
    await source.until(() => source.ticks > before);
    expect(source.services).toBe("a:1 b:1");
    folder.write("a.yaml", service("a", 2));
    await source.untilServices("a:2 b:1");
    folder.write("a.yaml", service("a", 3) + service("b", 3));
    await source.untilServices("a:3 b:3");
  });

  test("one that stays empty serves nothing", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1));
    const source = await Following.start({ path: folder.path });
    truncateSync(folder.at("a.yaml"));
    await source.untilServices("");
  });
});

describe("what is told", () => {
  test("objects that did not change stay the same, however often their file is written", async () => {
    const folder = new TempFolder()
      .write("a.yaml", service("a", 1) + service("b", 1))
      .write("c.yaml", service("c", 1));
    const source = await Following.start({ path: folder.path });
    const { state } = source.observe();
    folder.replace("a.yaml", service("x", 1) + service("a", 1) + service("b", 2));
    await source.untilServices("a:1 b:2 c:1 x:1");
    const after = source.observe().state;
    for (const key of ["default/a", "default/c"]) expect(after.Service.get(key)).toBe(state.Service.get(key));
    expect(after.Pod).toBe(state.Pod);
  });

  test("nothing, when a file is written with the same objects", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1));
    const source = await Following.start({ path: folder.path });
    const observation = source.observe();
    const before = source.ticks;
    folder.write("a.yaml", `# Written again.\n${service("a", 1)}`);
    // Reading the file asks for the time once, the scan once, and it is taken last of all with the third.
    await source.until(() => source.ticks >= before + 3);
    expect(source.changes).toBe(0);
    expect(source.observe()).toBe(observation);
  });

  test("warnings that come and go", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1)).write("b.yaml", service("b", 1));
    const source = await Following.start({ path: folder.path });
    folder.write("b.yaml", service("a", 2) + service("b", 1));
    const { warnings } = await source.until(({ warnings }) => warnings.length > 0);
    expect(warnings).toMatchObject([{ reason: "ObjectDuplicate" }]);
    folder.write("b.yaml", service("b", 1));
    await source.untilServices("a:1 b:1");
    expect(source.changes).toBe(2);
  });

  test("nothing after close", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1));
    const source = await Following.start({ path: folder.path });
    const other = await Following.start({ path: folder.path });
    await source.close();
    folder.write("a.yaml", service("a", 2));
    await other.untilServices("a:2");
    expect(source.changes).toBe(0);
    expect(source.services).toBe("a:1");
  });
});

test("without any notice a change is seen at the next look", async () => {
  const folder = new TempFolder().write("m/a.yaml", service("a", 1));
  // The folder's own place is not watched beyond its parent: the one above changes unheard.
  const source = await Following.start({ path: folder.at("m/a.yaml"), resyncMillis: 20 });
  folder.write("n/m/a.yaml", service("a", 2));
  folder.write("p/q.yaml", "");
  folder.move("m", "old").move("n/m", "m");
  await source.untilServices("a:2");
  folder.write("m/a.yaml", service("a", 3));
  await source.untilServices("a:3");
});

test("a scan that fails for a reason nobody foresaw changes nothing of what is served", async () => {
  const folder = new TempFolder().write("a.yaml", service("a", 1));
  let broken = false;
  const now = () => {
    if (broken) throw new RangeError("no time");
    return Date.now();
  };
  const source = await Following.start({ path: folder.path, now });
  broken = true;
  folder.write("a.yaml", service("a", 2));
  await source.until(({ warnings }) => warnings[0]?.message.includes("RangeError") === true);
  expect(source.services).toBe("a:1 !");
  broken = false;
  folder.write("b.yaml", service("b", 2));
  await source.untilServices("a:2 b:2");
});

type Operation = readonly [kind: string, path: string, other: string, content: string];

function perform(folder: TempFolder, [kind, path, other, content]: Operation): void {
  try {
    if (kind === "write") folder.write(path, content);
    else if (kind === "replace") folder.replace(path, content);
    else if (kind === "remove") folder.remove(path);
    else if (kind === "move") folder.move(path, other);
    else folder.link(`${path.includes("/") ? "../" : ""}${other}`, path);
  } catch (error) {
    // What the file system refuses (to move what does not exist, a folder over a file) is no change to be followed.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

// Whatever happens to the files, in the end the source that followed them serves what a new one would.
test("following ends where reading anew does", { timeout: 60_000 }, async () => {
  const path = fc.constantFrom("a.yaml", "b.yaml", "d/a.yaml", "d/e/c.yaml", "f/c.yaml", "d", "d/e", "f");
  const content = fc
    .array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 3 })), { maxLength: 3 })
    .map((services) => services.map(([name, port]) => service(name, port)).join(""));
  const kind = fc.constantFrom("write", "write", "replace", "remove", "move", "link");
  const bursts = fc.array(fc.array(fc.tuple(kind, path, path, content), { maxLength: 6 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(bursts, async (bursts) => {
      const folder = new TempFolder().folder("m");
      const inner = new TempFolder(folder.at("m"));
      const source = await Following.start({ path: inner.path, settleMillis: 10 });
      for (const burst of bursts) {
        for (const operation of burst) perform(inner, operation);
        const fresh = await Following.start({ path: inner.path });
        // What is behind a broken link stays as it was, which a new source cannot know.
        if (fresh.observe().warnings.every(({ field }) => field !== "path")) {
          await source.until(({ state }) => isDeepStrictEqual(state, fresh.observe().state));
        }
        await fresh.close();
      }
      await source.close();
    }),
    { numRuns: runs(50) },
  );
});
