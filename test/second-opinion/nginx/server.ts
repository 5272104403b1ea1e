/** Debian's nginx on a configuration of a folder of its own, reached over a Unix socket. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What a server makes of a request, as far as it is compared. */
export interface Outcome {
  readonly status: number;
  readonly location?: string;
  /** The Ingress and the path that served it, and the target that the upstream received. */
  readonly route?: string;
  readonly upstream?: string;
}

/** Where Debian puts it, which is not on everybody's PATH. */
const CANDIDATES = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];

export function findNginx(): string | undefined {
  return CANDIDATES.find((program) => spawnSync(program, ["-v"]).status === 0);
}

export class Nginx {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
  }

  static async start(program: string): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), "lintel-nginx-"));
    const text = await readFile(new URL("./nginx.conf", import.meta.url), "utf8");
    await writeFile(join(folder, "nginx.conf"), text.replaceAll("FOLDER", folder));
    const child = spawn(program, ["-p", folder, "-c", "nginx.conf", "-e", "error.log"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let words = "";
    child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
    const nginx = new Nginx(folder, child);
    // It says nothing when it listens.
    for (;;) {
      if (child.exitCode !== null) {
        await rm(folder, { recursive: true, force: true });
        throw new Error(`nginx ended: ${words}`);
      }
      try {
        await nginx.ask("nobody.test", "/");
        return nginx;
      } catch {
        await delay(10);
      }
    }
  }

  /** @param target goes over the wire as it stands */
  async ask(host: string, target: string): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const socketPath = join(this.#folder, "http.sock");
    request({ socketPath, agent: this.#agent, path: target, headers: { host } })
      .on("error", reject)
      .on("response", (response) => {
        const { statusCode: status = 0, headers } = response;
        let body = "";
        response.setEncoding("latin1").on("data", (chunk: string) => (body += chunk));
        response.on("end", () => {
          const route = headers["x-route"];
          resolve({
            status,
            ...(headers.location !== undefined && { location: headers.location }),
            ...(typeof route === "string" && { route, upstream: body }),
          });
        });
      })
      .end();
    return promise;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
