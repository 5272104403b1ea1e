import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { toolPath } from "./tools.ts";

export const CHART = fileURLToPath(new URL("../../../charts/lintel", import.meta.url));

/** For tests that run helm, which is unpacked before its first run. */
export const SLOW = { timeout: 60_000 };

/** A Kubernetes object, as far as tests look at any. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm, without a cluster and without the settings of whoever runs the test. */
export async function helm(args: readonly string[], input = ""): Promise<Run> {
  const path = await toolPath("helm");
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 * 1024 * 1024, env: { HOME: "/nonexistent", KUBECONFIG: "/dev/null" } };
    const child = execFile(path, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** What the chart renders in release `lintel` of namespace `lintel-system`, as YAML. */
export async function templateChart(values: object, args: readonly string[] = []): Promise<Run> {
  const command = ["template", "lintel", CHART, "--namespace", "lintel-system", "--values", "-", ...args];
  return helm(command, JSON.stringify(values));
}

/** @throws Error with helm's words when it refuses the values */
export async function renderChart(values: object): Promise<Rendered[]> {
  const { code, stdout, stderr } = await templateChart(values);
  if (code !== 0) throw new Error(stderr);
  return objectsOf(stdout);
}

export function objectsOf(yaml: string): Rendered[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}
