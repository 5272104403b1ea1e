/** `lintel history` and `lintel rollback` against a KV API that speaks Cloudflare's REST. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError, type Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from "vitest";
import { CommandError, UsageError } from "../../cli/exit.ts";
import { historyCommand } from "../../cli/history.ts";
import { createKeys, readKeys } from "../../cli/key-files.ts";
import { rollbackCommand } from "../../cli/rollback.ts";
import { loadSigner, loadVerifier } from "../../contract/index.ts";
import { createCloudflareKv } from "../../sync-agent/publish/cloudflare-kv.ts";
import { createPublisher } from "../../sync-agent/publish/publisher.ts";
import {
  ACCOUNT,
  type FakeCloudflare,
  NAMESPACE,
  startFakeCloudflare,
  TOKEN,
} from "../sync-agent/publish/support/fake-cloudflare.ts";
import { createFakeLog } from "../sync-agent/publish/support/fake-log.ts";
import { recordsOf, SETTINGS } from "../sync-agent/publish/support/snapshots.ts";

const TIME = Date.UTC(2026, 10, 20, 10);

let folder: string;
let keys: string;
let server: FakeCloudflare;
let stdout: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lintel-rollback-"));
  keys = join(folder, "keys");
  await createKeys(keys);
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  server = await startFakeCloudflare();
  stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await server.close();
});

async function publish(...services: readonly string[]): Promise<void> {
  const { signingKey, publicKey } = await readKeys(keys, ["signingKey", "publicKey"]);
  let time = TIME;
  const publisher = createPublisher({
    cluster: "shop",
    kv: createCloudflareKv({
      accountId: ACCOUNT,
      namespaceId: NAMESPACE,
      apiToken: TOKEN,
      baseUrl: server.url,
    }),
    signer: await loadSigner(signingKey),
    verifier: await loadVerifier(publicKey),
    log: createFakeLog(),
    now: () => time,
  });
  for (const service of services) {
    await publisher.publish({ records: recordsOf({ "a.example": service }), settings: SETTINGS });
    time += 60_000;
  }
}

function run(command: Command, ...args: readonly string[]): Promise<unknown> {
  const place = ["--kv-url", server.url, "--account-id", ACCOUNT, "--namespace-id", NAMESPACE];
  const flags = [...place, "--keys", keys, "--cluster", "shop", "--api-token", TOKEN, ...args];
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  return command.parseAsync(flags, { from: "user" });
}
const history = (...args: readonly string[]) => run(historyCommand(), ...args);
const rollback = (...args: readonly string[]) => run(rollbackCommand(), "--log-level", "silent", ...args);

describe("history", () => {
  it("is a table, newest first, with the current one marked, and what changed below each", async () => {
    await publish("a", "b");
    await history();
    expect(stdout.split("\n")).toEqual([
      "GENERATION  TIME                      ADDRESSES  CERTIFICATES  HOSTS  SERVICES  ZONES",
      "2           2026-11-20T10:01:00.000Z  0          0             1      1         1      current",
      "            a.example: path / now goes to b:80, was a:80 (Ingress shop/web)",
      "            Service shop/a: removed",
      "            Service shop/b: added, 1 ready",
      "1           2026-11-20T10:00:00.000Z  0          0             1      1         1",
      "",
    ]);
  });

  it("tells the change of the last one that it lists, against the one before", async () => {
    await publish("a", "b", "c");
    await history("--limit", "1");
    expect(stdout).toContain("now goes to c:80, was b:80");
    expect(stdout).not.toContain("\n2 ");
  });

  it("reads no change where it is told so", async () => {
    await publish("a", "b");
    await history("--no-changes");
    expect(stdout.split("\n").slice(1, 3)).toEqual([
      expect.stringMatching(/^2 .*current$/),
      expect.stringMatching(/^1 /),
    ]);
  });

  it("is JSON on demand, of no more than is asked for", async () => {
    await publish("a", "b");
    await history("--json", "--limit", "1");
    const json = JSON.parse(stdout) as unknown[];
    expect(json).toEqual([
      {
        generation: 2,
        time: "2026-11-20T10:01:00.000Z",
        current: true,
        records: { addresses: 0, certificates: 0, hosts: 1, services: 1, zones: 1 },
        since: 1,
        changes: [
          {
            section: "hosts",
            kind: "changed",
            name: "a.example",
            details: ["path / now goes to b:80, was a:80 (Ingress shop/web)"],
          },
          { section: "services", kind: "removed", name: "Service shop/a", details: [] },
          { section: "services", kind: "added", name: "Service shop/b", details: ["1 ready"] },
        ],
        omitted: 0,
        incomplete: [],
      },
    ]);
    stdout = "";
    await history("--format", "json", "--limit", "1");
    expect(JSON.parse(stdout)).toEqual(json);
  });

  it("tells all that differs between two, to the current one unless told otherwise", async () => {
    await publish("a", "b", "c");
    await history("--from", "1");
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      "From generation 1 to 3: 3 changes",
      expect.stringContaining("now goes to c:80, was a:80"),
    ]);
    stdout = "";
    await history("--from", "2", "--to", "1", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ from: 2, to: 1, changes: [{ name: "a.example" }, {}, {}] });
  });

  it.each([
    [
      ["--from", "9"],
      CommandError,
      "--from 9: KV keeps no generation 9 of cluster shop; it keeps some of 1 to 1",
    ],
    [["--from", "1", "--to", "9"], CommandError, "--to 9: KV keeps no generation 9"],
    [["--to", "1"], UsageError, "--to goes with --from"],
  ])("refuses %j", async (args, type, message) => {
    await publish("a");
    const refusal = history(...args);
    await expect(refusal).rejects.toThrow(type);
    await expect(refusal).rejects.toThrow(message);
  });

  it("says when there is none", async () => {
    await history();
    expect(stdout).toBe("KV keeps no generation of cluster shop.\n");
  });

  it("needs the public key alone", async () => {
    await publish("a");
    await rm(join(keys, "sealing.key"));
    await history("--format", "json");
    expect(JSON.parse(stdout)).toMatchObject([{ generation: 1 }]);
  });
});

describe("a rollback and its release", () => {
  it("say what they did, and show in the history", async () => {
    await publish("a", "b");
    await rollback("--to", "1", "--reason", "b answers 500");
    expect(stdout).toBe(
      "Cluster shop is rolled back to generation 1, which is published as generation 4.\n" +
        "Agents publish nothing until `lintel rollback --release`.\n",
    );
    stdout = "";
    await history();
    expect(stdout).toContain("current, holds generation 1: b answers 500\n");
    stdout = "";
    await rollback("--release");
    expect(stdout).toContain("Cluster shop is released with generation 5.\n");
    stdout = "";
    await history();
    expect(stdout).toContain("held generation 1: b answers 500\n");
    stdout = "";
    await rollback("--release");
    expect(stdout).toBe("Cluster shop is not held: nothing was changed.\n");
  }, 20_000);
});

describe("a failure", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["of the token", () => history("--api-token", "wrong"), "--api-token: "],
    ["of the namespace", () => history("--namespace-id", "none"), "--kv-url, --account-id, --namespace-id: "],
    ["of the KV API", () => history("--kv-url", "http://127.0.0.1:1"), "--kv-url: "],
    ["of the edge", () => history("--head-url", "http://127.0.0.1:1/head"), "--head-url: read the head"],
    [
      "of the keys",
      () => history("--keys", join(folder, "none")),
      "none/signing.pub cannot be read; `lintel keys",
    ],
    ["to find a generation", () => rollback("--to", "7"), "--to 7: KV keeps no generation 7 of cluster shop"],
  ])("%s names the flag and the remedy", async (_name, call, message) => {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).not.toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  });
});

describe("a wrong call", () => {
  test.each<[readonly string[], string]>([
    [[], "--to GENERATION is missing, or --release"],
    [["--to", "1", "--release"], "--to and --release exclude each other"],
    [["--release", "--reason", "x"], "--reason goes with --to"],
  ])("rollback %j says what is wrong", async (args, message) => {
    await expect(rollback(...args)).rejects.toThrow(UsageError);
    await expect(rollback(...args)).rejects.toThrow(message);
  });

  test.each<[() => Promise<unknown>, string]>([
    [() => rollback("--to", "0"), "--to"],
    [() => rollback("--to", "newest"), "--to"],
    [() => rollback("--to", "1", "--reason", " "), "--reason"],
    [() => history("--limit", "0"), "--limit"],
    [() => history("--format", "yaml"), "--format"],
  ])("with a value that cannot be names the flag", async (call, flag) => {
    await expect(call()).rejects.toThrow(CommanderError);
    await expect(call()).rejects.toThrow(flag);
  });

  it("may have its flags in the environment", async () => {
    await publish("a");
    vi.stubEnv("LINTEL_FORMAT", "json");
    await history();
    expect(JSON.parse(stdout)).toMatchObject([{ generation: 1 }]);
  });
});
