import { describe, expect, test } from "vitest";
import { ManifestSourceError } from "../../../sync-agent/cluster/manifests/error.ts";
import { createManifestSource } from "../../../sync-agent/cluster/manifest-source.ts";
import { service } from "./manifests/files.ts";
import { Following } from "./manifests/following.ts";
import { TempFolder } from "./manifests/temp-folder.ts";

describe("what is read at start", () => {
  test("a folder with its subfolders: .yaml, .yml and .json", async () => {
    const folder = new TempFolder()
      .write("a.yaml", service("a", 1))
      .write("b.yml", service("b", 2))
      .write(
        "deep/er/c.JSON",
        '{"apiVersion":"v1","kind":"Service","metadata":{"name":"c"},"spec":{"ports":[{"port":3}]}}',
      )
      .write("d.txt", service("d"))
      .write("README", service("e"))
      .write(".hidden.yaml", service("f"))
      .write(".git/g.yaml", service("g"));
    const source = await Following.start({ path: folder.path });
    expect(source.services).toBe("a:1 b:2 c:3");
  });

  test("one file, of any extension", async () => {
    const folder = new TempFolder().write("all.manifest", service("a", 1)).write("b.yaml", service("b"));
    const source = await Following.start({ path: folder.at("all.manifest") });
    expect(source.services).toBe("a:1");
  });

  test("an empty folder", async () => {
    const source = await Following.start({ path: new TempFolder().path });
    expect(source.services).toBe("");
  });

  test("a ConfigMap as Kubernetes mounts it, every file once", async () => {
    const folder = new TempFolder().write("..2026_01_01/a.yaml", service("a", 1));
    folder.link("..2026_01_01", "..data").link("..data/a.yaml", "a.yaml");
    const source = await Following.start({ path: folder.path });
    expect(source.services).toBe("a:1");
  });

  test("links to a file and a folder that are read anyway change nothing", async () => {
    const folder = new TempFolder().write("b/a.yaml", service("a", 1));
    folder.link("b", "a").link("b/a.yaml", "c.yaml").link("..", "b/up");
    const source = await Following.start({ path: folder.path });
    expect(source.services).toBe("a:1");
  });

  test("the first file in path order wins, with a warning", async () => {
    const folder = new TempFolder().write("b.yaml", service("x", 2)).write("a/z.yaml", service("x", 1));
    const { warnings } = await (await Following.start({ path: folder.path })).until(() => true);
    expect(warnings).toMatchObject([{ object: "Service default/x", reason: "ObjectDuplicate" }]);
    expect(warnings[0]?.message).toContain(`${folder.at("a/z.yaml")}, line 1`);
  });

  test("a link that leads nowhere gives a warning", async () => {
    const folder = new TempFolder()
      .write("a.yaml", service("a", 1))
      .link("nowhere", "b.yaml")
      .link("nowhere", "c.txt");
    const { warnings } = (await Following.start({ path: folder.path })).observe();
    expect(warnings).toMatchObject([
      { object: folder.at("b.yaml"), field: "path", reason: "ManifestUnreadable" },
    ]);
  });

  test("a file that is not UTF-8 gives a warning with the place", async () => {
    const folder = new TempFolder().write("a.yaml", service("a", 1));
    folder.write("b.yaml", Buffer.from("a: 1\nb: \xff\n", "latin1"));
    const { warnings } = (await Following.start({ path: folder.path })).observe();
    expect(warnings).toMatchObject([{ object: folder.at("b.yaml"), field: "line 2, column 4" }]);
  });

  test("a file too large gives a warning", async () => {
    const folder = new TempFolder()
      .write("a.yaml", service("a", 1))
      .write("b.yaml", "#".repeat(16 * 1024 * 1024 + 1));
    const { warnings } = (await Following.start({ path: folder.path })).observe();
    expect(warnings).toMatchObject([
      { object: folder.at("b.yaml"), field: "file", remedy: "Split it into several files." },
    ]);
  });
});

describe("start refuses", () => {
  const started = (path: string) => new Following({ path }).start();

  test("a path that does not exist", async () => {
    const path = new TempFolder().at("missing");
    const error = await started(path).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ManifestSourceError);
    expect(error).toMatchObject({
      path,
      message: `${path}: does not exist. Put manifests there, or name another path.`,
    });
  });

  test("a path that goes through links in a circle", async () => {
    const folder = new TempFolder().link("b", "a").link("a", "b");
    await expect(started(folder.at("a"))).rejects.toThrow(/cannot be read \(ELOOP\)/);
  });

  test("a path that is neither a file nor a folder", async () => {
    await expect(started("/dev/null")).rejects.toThrow(/neither a file nor a folder/);
  });

  test("a folder none of whose files can be read, naming the place", async () => {
    const folder = new TempFolder().write("a.yaml", "a: 1\nb: [\n").write("b.yaml", "]");
    await expect(started(folder.path)).rejects.toThrow(/a\.yaml, line 3, column 1: is not valid YAML/);
  });

  test("a folder for last good copies that cannot be made", async () => {
    const folder = new TempFolder().write("a.yaml", service("a"));
    const source = new Following({ path: folder.path, lastGood: folder.at("a.yaml/copies") });
    await expect(source.start()).rejects.toThrow(/folder for last good copies cannot be made \(ENOTDIR\)/);
  });

  test("but not a folder in which one file can be read", async () => {
    const folder = new TempFolder().write("a.yaml", "a: [").write("b.yaml", service("b", 1));
    const source = await Following.start({ path: folder.path });
    expect(source.services).toBe("b:1 !");
  });
});

test("before it is started a source observes nothing", async () => {
  const source = createManifestSource({ path: new TempFolder().path });
  expect(source.observe().state.Service.size).toBe(0);
  expect(source.observe().warnings).toEqual([]);
  await source.close();
});
