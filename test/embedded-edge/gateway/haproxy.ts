/** The origin gateway of the chart: Debian's HAProxy with the configuration that the chart renders. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { renderChart } from "../../charts/support/helm.ts";
import { merged, readValues } from "../../charts/support/values.ts";
import { freePorts } from "../../e2e/support/ports.ts";
import { startNameServer } from "./name-server.ts";
import type { GatewaySettings, GatewayUnderTest } from "./protocol/scope.ts";

export const SECRET = "gateway-secret-of-the-test";

export interface HaproxyOptions extends GatewaySettings {
  /** More of the chart's values, below `gateway`. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What the environment holds; the secret alone unless given. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Haproxy extends GatewayUnderTest {
  readonly healthPort: number;
  /** What it has logged so far. */
  readonly log: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Its exit code. */
  readonly exited: Promise<number | null>;
}

/** Starts it in the foreground on ports of 127.0.0.1, and waits for its health check. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), "lintel-haproxy-"));
  const nameServer = await startNameServer(options.names ?? {});
  const [port = 0, healthPort = 0] = await freePorts(2);
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, await configurationOf(options, folder, { port, healthPort, dns: nameServer.port }));
  const child = spawn("haproxy", ["-db", "-f", file], {
    env: { PATH: process.env["PATH"], ...(options.environment ?? { LINTEL_GATEWAY_SECRET: SECRET }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.on("error", (error) => (log += `${error.message}; \`apt-get install haproxy\` brings it`));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const clean = async () => {
    child.kill();
    await exited;
    await nameServer.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await healthy(child, exited, healthPort, () => log);
  } catch (error) {
    await clean();
    throw error;
  }
  return {
    port,
    healthPort,
    secret: SECRET,
    log: () => log,
    signal: (name) => void child.kill(name),
    exited,
    close: clean,
  };
}

async function configurationOf(
  { targets, limits, authorities, values = {} }: HaproxyOptions,
  folder: string,
  ports: { port: number; healthPort: number; dns: number },
): Promise<string> {
  const gateway = {
    bind: "127.0.0.1",
    port: ports.port,
    healthPort: ports.healthPort,
    targets,
    dns: { nameservers: [`127.0.0.1:${ports.dns}`] },
    ...(limits !== undefined && {
      timeouts: { connect: `${limits.connectMs}ms`, idle: `${limits.idleMs}ms` },
    }),
    ...(authorities !== undefined && { upstreamAuthorities: authorities }),
    ...values,
  };
  const rendered = await renderChart(merged(await readValues("minimal"), { gateway }) as object);
  const map = rendered.find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.endsWith("-gateway"),
  );
  const { "haproxy.cfg": configuration = "", "authorities.pem": pem } = map?.data ?? {};
  if (pem !== undefined) await writeFile(join(folder, "authorities.pem"), pem);
  return configuration.replaceAll("/etc/lintel/gateway", folder);
}

/** It binds before it serves, and says nothing when it does: it is asked until it answers. */
async function healthy(
  child: ChildProcess,
  exited: Promise<unknown>,
  port: number,
  log: () => string,
): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`haproxy ended: ${log()}`);
    const answer = await request(`http://127.0.0.1:${port}/healthz`, { reset: true }).catch(() => undefined);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return;
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
}
