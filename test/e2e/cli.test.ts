import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lintel, run } from "./support/lintel.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lintel-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("is a command with help and exit codes", async () => {
  const [help, wrong] = await Promise.all([run(["--help"]), run(["up"])]);
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining("Usage: lintel")]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("--manifests")]);
});

describe("what cannot work", () => {
  it("ends with 1 when there are no manifests there", async () => {
    const { code, stderr } = await run([
      "up",
      "--manifests",
      join(folder, "none"),
      "--state",
      join(folder, "s1"),
      ...FREE,
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(join(folder, "none"))]);
    expect(stderr).not.toContain("    at ");
  });

  it("ends with 1 when the port is taken, and names the flag that chooses another", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const { code, stderr } = await run([
      "up",
      `--manifests=${folder}`,
      `--state=${join(folder, "s2")}`,
      `--http=127.0.0.1:${port}`,
      "--https=127.0.0.1:0",
    ]);
    server.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`127.0.0.1:${port}`)]);
    expect(stderr).toContain("--http");
    expect(stderr).not.toContain("    at ");
  });

  it("ends with 1 when the keys cannot be written, and says where", async () => {
    const { code, stderr } = await run(["keys", "--out", "/dev/null/keys"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("/dev/null/keys")]);
    expect(stderr).not.toContain("    at ");
  });

  it("ends with 1 without the keys, and says how to make them", async () => {
    const args = [
      "edge",
      "--api",
      "127.0.0.1:0",
      "--api-token",
      "t",
      "--dns-access",
      "public",
      "--keys",
      folder,
    ];
    const { code, stderr } = await run(args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`lintel keys --out ${folder}`)]);
  });

  it("ends with 2 when the resolver would wait for a token that nobody has", async () => {
    const { code, stderr } = await run([
      "edge",
      "--api",
      "127.0.0.1:0",
      "--api-token",
      "t",
      "--keys",
      folder,
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--dns-token")]);
  });

  it("ends with 1 when another process uses the state folder", async () => {
    await writeFile(join(folder, "empty.yaml"), "");
    const args = ["up", "--manifests", join(folder, "empty.yaml"), "--state", join(folder, "s3"), ...FREE];
    const first = new Lintel(args);
    await first.printed(/Ctrl-C/);
    const second = await run(args);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(join(folder, "s3"))]);
    expect((await first.stop("SIGINT")).code).toBe(0);
  });
});

const FREE = ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];

describe("logs", () => {
  it("are JSON lines on stderr when it is not a terminal, with levels and times", async () => {
    const args = ["up", "--manifests", join(folder, "empty.yaml"), "--state", join(folder, "s4"), ...FREE];
    const lintel = new Lintel(args);
    await lintel.printed(/Ctrl-C/);
    const { code, stderr, stdout } = await lintel.stop();
    expect(code).toBe(0);
    const lines = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line["level"]).toMatch(/^(info|warn|error)$/);
      expect(line["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
    expect(stdout).not.toContain('"level"');
  });
});
