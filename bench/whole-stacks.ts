/** `lintel up` beside the reverse proxies that a user would run in its place. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAuthority, issueLeaf, openAuthority } from "../embedded-edge/certificates/issue.ts";
import type { Bench, Row } from "./support/benchmark.ts";
import { type LoadOptions, loadFor } from "./support/h2load.ts";
import {
  HOST,
  type Setting,
  type Stack,
  startBackend,
  startCaddy,
  startHaproxy,
  startLintel,
  startNginx,
} from "./support/stacks.ts";

const LOAD_MS = 2_000;

interface Way {
  readonly name: string;
  readonly options: (stack: Stack) => LoadOptions;
}

const WAYS: readonly Way[] = [
  {
    name: "HTTP/1.1",
    options: ({ http }) => ({
      port: http,
      urls: [`http://${HOST}:${http}/`],
      http1: true,
      connections: 32,
      streams: 1,
    }),
  },
  {
    name: "HTTPS, HTTP/1.1",
    options: ({ https }) => ({
      port: https,
      urls: [`https://${HOST}:${https}/`],
      http1: true,
      connections: 32,
      streams: 1,
    }),
  },
  {
    name: "HTTPS, HTTP/2",
    options: ({ https }) => ({
      port: https,
      urls: [`https://${HOST}:${https}/`],
      connections: 4,
      streams: 8,
    }),
  },
];

interface Figures {
  readonly perSecond: number;
  readonly p99: number;
  readonly cpuMicroseconds: number;
}

export const bench: Bench = {
  title: "Whole stacks side by side",
  method:
    "nginx, HAProxy and Caddy as Debian has them, and `lintel up`, each alone with the same client (h2load) and the same " +
    "backend (nginx, one worker, half a kilobyte), on one machine, none with an access log: 32 requests under way at once, over kept connections. " +
    "CPU is that of the proxy's processes; client and backend share the machine. The baseline of each row is HAProxy.",
  async run(say) {
    const folder = await mkdtemp(join(tmpdir(), "lintel-bench-stacks-"));
    const backend = await startBackend(await subfolder(folder, "backend"));
    try {
      const pair = await keyPair(folder);
      const found = new Map<string, Map<string, Figures>>();
      for (const start of [startNginx, startHaproxy, startCaddy, startLintel]) {
        const own = await subfolder(folder, start.name);
        const stack = await start({ ...pair, folder: own, backend: backend.port });
        try {
          found.set(stack.name, await measure(stack, say));
        } finally {
          await stack.running.stop();
        }
      }
      return findingsOf(found);
    } finally {
      await backend.running.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(stack: Stack, say: (text: string) => void): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>();
  for (const { name, options } of WAYS) {
    // Long enough for what is compiled as it runs.
    await loadFor(options(stack), LOAD_MS);
    const before = stack.running.cpuMs();
    const load = await loadFor(options(stack), LOAD_MS);
    const cpuMs = stack.running.cpuMs() - before;
    // What loadFor() sends to find out how many requests fill the time counts as well.
    const requests = load.requests + 20 * options(stack).connections;
    figures.set(name, {
      perSecond: load.perSecond,
      p99: load.p99,
      cpuMicroseconds: (cpuMs * 1000) / requests,
    });
    say(`${stack.name}, ${name}: ${Math.round(load.perSecond)} requests/s`);
  }
  return figures;
}

function findingsOf(found: ReadonlyMap<string, ReadonlyMap<string, Figures>>) {
  const rows: Row[] = [];
  const of = (stack: string, way: string): Figures => {
    const figures = found.get(stack)?.get(way);
    if (figures === undefined) throw new Error(`${stack} was not measured with ${way}`);
    return figures;
  };
  const UNITS = [
    ["perSecond", "requests/s"],
    ["p99", "ms at the 99th percentile"],
    ["cpuMicroseconds", "µs of CPU a request"],
  ] as const;
  for (const { name: way } of WAYS) {
    for (const [figure, unit] of UNITS) {
      for (const stack of found.keys()) {
        const row = { what: `${way}: ${stack}`, measured: of(stack, way)[figure], unit };
        rows.push(
          stack === "HAProxy"
            ? row
            : { ...row, baseline: { name: "HAProxy", value: of("HAProxy", way)[figure] } },
        );
      }
    }
  }
  const share = (way: string) => of("Lintel", way).perSecond / of("HAProxy", way).perSecond;
  return {
    rows,
    goals: [
      {
        what: "Lintel against HAProxy, HTTPS, HTTP/1.1",
        is: share("HTTPS, HTTP/1.1"),
        want: { atLeast: 0.5 },
      },
      { what: "Lintel against HAProxy, HTTPS, HTTP/2", is: share("HTTPS, HTTP/2"), want: { atLeast: 0.5 } },
    ],
    notes: [
      "Why the embedded edge takes the CPU that it takes is told in docs/performance.md.",
      "The others have one route and no snapshot; Lintel matches, balances and rewrites headers in a Worker, as it would on Cloudflare.",
    ],
  };
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

/** P-256, as Lintel's own authority issues them: handshakes cost all the same. */
async function keyPair(folder: string): Promise<Pick<Setting, "cert" | "key" | "both">> {
  const authority = await openAuthority(await issueAuthority(Date.now()));
  const { cert, key } = await issueLeaf(authority, { dns: [HOST] }, Date.now());
  const files = {
    cert: join(folder, "cert.pem"),
    key: join(folder, "key.pem"),
    both: join(folder, "both.pem"),
  };
  await Promise.all([
    writeFile(files.cert, cert),
    writeFile(files.key, key),
    writeFile(files.both, `${cert}${key}`),
  ]);
  return files;
}
