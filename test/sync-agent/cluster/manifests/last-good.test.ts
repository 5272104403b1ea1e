import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { service } from "./files.ts";
import { Following } from "./following.ts";
import { TempFolder } from "./temp-folder.ts";

const BAD = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 0}]}\n---\n";

class Home extends TempFolder {
  readonly manifests = this.at("m");
  readonly copies = this.at("state/copies");

  /** An agent's life: starts, is done something to, and ends. */
  async run(during: (source: Following) => Promise<void> = async () => undefined): Promise<string> {
    const source = await Following.start({ path: this.manifests, lastGood: this.copies });
    await during(source);
    await source.close();
    return source.services;
  }

  get copyNames(): string[] {
    return readdirSync(this.copies);
  }
}

describe("after a restart", () => {
  test("a file that does not parse serves what it served last", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1)).write("m/b.yaml", service("b", 1));
    await home.run();
    home.write("m/a.yaml", "a: [");
    expect(await home.run()).toBe("a:1 b:1 !");
    expect(await home.run()).toBe("a:1 b:1 !");
    home.write("m/a.yaml", service("a", 2));
    expect(await home.run()).toBe("a:2 b:1");
  });

  test("it may even be the only one", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1));
    await home.run();
    home.write("m/a.yaml", "a: [");
    expect(await home.run()).toBe("a:1 !");
  });

  test("an invalid object is as it was last valid, the others are as the file has them", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1) + service("b", 1) + service("c", 1));
    await home.run();
    home.write("m/a.yaml", BAD + service("b", 2));
    expect(await home.run()).toBe("a:1 b:2 !");
  });

  test("what is served is what was served before it, whatever happened to the file", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1) + service("b", 1));
    await home.run(async (source) => {
      home.write("m/a.yaml", BAD + service("b", 2));
      await source.untilServices("a:1 b:2 !");
      home.write("m/a.yaml", "a: [");
      await source.until(({ warnings }) => warnings[0]?.object.endsWith("a.yaml") === true);
    });
    expect(await home.run()).toBe("a:1 b:2 !");
  });

  test("a file in a folder that cannot be reached serves what it served last", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1)).write("o/b.yaml", service("b", 1));
    home.link("../o", "m/o");
    await home.run();
    home.link("o", "m/o");
    expect(await home.run()).toBe("a:1 b:1 !");
    home.link("../o", "m/o");
    expect(await home.run()).toBe("a:1 b:1");
  });

  test("objects that were taken away meanwhile are gone", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1)).write("m/b.yaml", service("b", 1));
    await home.run();
    home.remove("m/b.yaml").write("m/a.yaml", "a: [");
    expect(await home.run()).toBe("a:1 !");
    expect(home.copyNames).toHaveLength(1);
  });
});

describe("copies", () => {
  test("are one a file that serves something, and go with it", async () => {
    const home = new Home()
      .write("m/a.yaml", service("a", 1))
      .write("m/b.yaml", service("b", 1))
      .write("m/c.yaml", "");
    await home.run(async (source) => {
      expect(home.copyNames).toHaveLength(2);
      home.remove("m/b.yaml");
      await source.untilServices("a:1");
      expect(home.copyNames).toHaveLength(1);
    });
  });

  test("are for the owner's eyes alone", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1));
    await home.run();
    expect(statSync(home.copies).mode & 0o777).toBe(0o700);
    for (const name of home.copyNames) expect(statSync(`${home.copies}/${name}`).mode & 0o777).toBe(0o600);
  });

  test("are not written again by an agent that finds nothing new", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1));
    await home.run();
    const inodes = () =>
      home.copyNames.map((name) => statSync(`${home.copies}/${name}`, { bigint: true }).ctimeNs);
    const before = inodes();
    await home.run();
    expect(inodes()).toEqual(before);
  });

  test("hold Secrets whole, and other fields than those that are read", async () => {
    const home = new Home().write(
      "m/a.yaml",
      "{apiVersion: v1, kind: Secret, metadata: {name: s, uid: u}, stringData: {k: v}}",
    );
    await home.run();
    const [name = ""] = home.copyNames;
    const copy: unknown = JSON.parse(readFileSync(`${home.copies}/${name}`, "utf8"));
    expect(copy).toMatchObject({ objects: [{ metadata: { uid: "u" }, stringData: { k: "v" } }] });
  });

  test("that cannot be read are said to be so, and written anew", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1)).write("m/b.yaml", service("b", 1));
    await home.run();
    for (const name of home.copyNames) home.write(`state/copies/${name}`, '{"version": 2}');
    home.write("m/a.yaml", "a: [");
    await home.run(async (source) => {
      const { warnings } = source.observe();
      expect(warnings.filter(({ object }) => object.startsWith(home.copies))).toHaveLength(2);
    });
    home.write("m/b.yaml", "b: [").write("m/c.yaml", "");
    expect(await home.run()).toBe("b:1 ! !");
  });

  test("that cannot be written give a warning until they can", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1));
    await home.run(async (source) => {
      home.remove("state/copies").write("m/a.yaml", service("a", 2));
      await source.untilServices("a:2 !");
      expect(source.observe().warnings).toMatchObject([{ object: home.at("m/a.yaml"), field: "copy" }]);
      home.folder("state/copies").write("m/b.yaml", service("b", 1));
      await source.untilServices("a:2 b:1");
    });
    expect(home.copyNames).toHaveLength(2);
  });

  test("beside the manifests are not taken for some", async () => {
    const home = new Home().write("m/a.yaml", service("a", 1));
    const source = await Following.start({ path: home.manifests, lastGood: home.manifests });
    expect(source.services).toBe("a:1");
  });
});
