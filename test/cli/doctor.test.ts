/** `lintel doctor` from its flags to what it prints; what the checks find is tested with them. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { doctorCommand, type DoctorFlags } from "../../cli/doctor.ts";
import { findings } from "../../cli/doctor-checks.ts";
import { createKeys } from "../../cli/key-files.ts";
import { runDoctor } from "../../cli/run/doctor.ts";
import { answering, envelope, refusal } from "../sync-agent/doctor/support/answering.ts";

let folder: string;
beforeEach(async () => {
  vi.stubEnv("KUBERNETES_SERVICE_HOST", undefined);
  folder = await mkdtemp(join(tmpdir(), "lintel-doctor-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** The flags of a command line. */
async function parsed(...args: string[]): Promise<DoctorFlags> {
  const command: Command = doctorCommand()
    .exitOverride()
    .action(() => {});
  await command.parseAsync(args, { from: "user" });
  return command.opts<DoctorFlags>();
}

async function run(flags: DoctorFlags): Promise<{ stdout: string; problem: string | undefined }> {
  let stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const problem = await runDoctor(flags).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  return { stdout, problem };
}

it("says of every check without its flag that it was not looked at", async () => {
  const { stdout, problem } = await run(await parsed());
  expect(stdout.match(/^skip .*$/gm)).toEqual([
    expect.stringMatching(/keys .* --keys$/),
    expect.stringMatching(/api token, kv, certificates .* --api-token$/),
    expect.stringMatching(/head .* --head-url$/),
    expect.stringMatching(/edge .* --system-url or --head-url$/),
    expect.stringMatching(/gateway .* --gateway$/),
    expect.stringMatching(/kubernetes .* --kubeconfig/),
  ]);
  expect(problem).toBeUndefined();
});

it("ends with a failure when a check fails, and not when one only warns", async () => {
  await createKeys(folder);
  await chmod(join(folder, "sealing.key"), 0o644);
  const warned = await run(await parsed("--keys", folder));
  expect([warned.stdout, warned.problem]).toEqual([
    expect.stringMatching(/^warn +keys private .*sealing\.key \(0644\)\n +-> chmod 0600/m),
    undefined,
  ]);
  await rm(join(folder, "signing.pub"));
  const { stdout, problem } = await run(await parsed("--keys", folder, "--format", "json"));
  expect(JSON.parse(stdout)).toMatchObject({ failed: 1 });
  expect(problem).toMatch(/^1 of \d+ checks failed/);
});

it("names what is wrong with a kubeconfig", async () => {
  const { stdout } = await run(await parsed("--kubeconfig", join(folder, "none")));
  expect(stdout).toMatch(/^fail +kubernetes .*none/m);
});

it("looks at everything that its flags name", async () => {
  await createKeys(folder);
  const cloud = answering((path) => {
    if (path.endsWith("/user/tokens/verify")) return envelope({ id: "1", status: "active" });
    if (path.endsWith("/namespaces/ns")) return envelope({ id: "ns", title: "lintel" });
    if (path.endsWith("/client/v4/zones")) return envelope([{ id: "z", name: "shop.example" }]);
    if (path.endsWith("/certificate_packs")) return envelope([]);
    if (path.endsWith("/bulk")) return envelope({ successful_key_count: 1, unsuccessful_keys: [] });
    if (path.endsWith("/bulk/delete")) return envelope({ successful_key_count: 1, unsuccessful_keys: [] });
    if (path === "/healthz") return new Response("no snapshot yet\n", { status: 503 });
    if (path === "/status") return Response.json({ lastError: null });
    return refusal(404, 10009, "none");
  });
  const line = `--keys ${folder} --kv-url http://api/client/v4 --api-token token --account-id acc --namespace-id ns
    --certificates managed --head-url http://edge/head --gateway http://gateway/`;
  const flags = await parsed(...line.split(/\s+/));
  const found = await findings(flags, { fetch: cloud.fetch, now: () => 0, mark: "mark" });
  expect(found.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
    "keys complete: ok",
    "keys private: ok",
    "keys pair: ok",
    "sealing key: ok",
    "api token: ok",
    "kv namespace: ok",
    "kv read and write: ok",
    "clock api: skip",
    "certificates: ok",
    "head: warn",
    "head accepted: skip",
    "edge health: warn",
    "edge status: warn",
    "clock edge: skip",
    "gateway: fail",
    "gateway secret: skip",
    "kubernetes: skip",
  ]);
});

it.each([
  [["--gateway", "nowhere"], "http or https URL"],
  [["--system-url", "edge"], "http or https URL"],
  [["--format", "xml"], "text, json"],
  [["--certificates", "own"], "sealed, managed, custom"],
])("%j is a wrong call", async (args, named) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await expect(parsed(...args)).rejects.toThrow(named);
});
