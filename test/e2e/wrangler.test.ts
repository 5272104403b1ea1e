/** `wrangler.toml`: what `wrangler deploy` would ship to each environment. Nothing is sent anywhere. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import * as z from "zod";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");

/** What wrangler makes of an environment, as far as it is looked at here. */
const configSchema = z.object({
  name: z.string(),
  vars: z.record(z.string(), z.string()),
  routes: z.array(z.unknown()).optional(),
  workers_dev: z.boolean(),
  preview_urls: z.boolean(),
  vpc_services: z.array(z.object({ binding: z.string() })),
  secrets: z.object({ required: z.array(z.string()) }).optional(),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
  migrations: z.array(z.object({ new_sqlite_classes: z.array(z.string()) })),
});
const config = (env: string) => configSchema.parse(readConfig({ config: join(ROOT, "wrangler.toml"), env }));

/** The top level is what the embedded edge and the tests run; only the others are deployed. */
const TOP = "";
const DEPLOYED = ["production", "staging"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lintel-wrangler-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function dryRun(env: string): Promise<{ output: string; files: readonly string[] }> {
  const out = join(folder, `out-${env}`);
  const args = [WRANGLER, "deploy", "--dry-run", "--env", env, "--outdir", out];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
  });
  return { output: stripVTControlCharacters(`${stdout}${stderr}`), files: await readdir(out) };
}

describe.each([TOP, ...DEPLOYED])("environment %j", (env) => {
  it("is accepted by wrangler without a warning, and makes a bundle", { timeout: 60_000 }, async () => {
    const { output, files } = await dryRun(env);
    expect(output).not.toContain("WARNING");
    expect(output).toMatch(/env\.KV\b.*KV Namespace/);
    expect(output).toMatch(/env\.HEAD \(HeadObject\).*Durable Object/);
    expect(files).toContain("index.js");
  });

  it("has its Durable Objects made by migrations", () => {
    const { durable_objects, migrations } = config(env);
    expect(durable_objects.bindings.map(({ name }) => name)).toEqual(["HEAD", "LIMITS"]);
    const made = migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes);
    expect(made).toEqual(durable_objects.bindings.map(({ class_name }) => class_name));
  });
});

describe.each(DEPLOYED)("environment %j", (env) => {
  it("sets every variable of the top level, which it does not inherit", () => {
    expect(Object.keys(config(env).vars)).toEqual(Object.keys(config(TOP).vars));
  });

  it("reaches the cluster through a VPC service, and lists the secrets", () => {
    expect(config(env).vpc_services).toEqual([{ binding: "CLUSTER" }]);
    expect(config(env).secrets?.required).toEqual(["LINTEL_GATEWAY_SECRET", "LINTEL_DNS_TOKEN"]);
  });

  it("serves its system host by a custom domain, and hosts by routes alone", () => {
    const { routes = [], vars, workers_dev, preview_urls } = config(env);
    expect(routes).toContainEqual({ pattern: vars["LINTEL_SYSTEM_HOST"], custom_domain: true });
    expect([workers_dev, preview_urls]).toEqual([false, false]);
  });

  it("shares nothing by name with another", () => {
    const others = [TOP, ...DEPLOYED].filter((other) => other !== env);
    expect(others.map((other) => config(other).name)).not.toContain(config(env).name);
  });
});

it("binds no VPC service at the top level: nothing stands in for one on this machine", () => {
  expect(config(TOP).vpc_services).toEqual([]);
});
