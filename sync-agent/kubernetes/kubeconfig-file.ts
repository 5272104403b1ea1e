/** A kubeconfig file, as kubectl reads it. */
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { KubeConfigError } from "./config-error.ts";

type Json = Readonly<Record<string, unknown>>;

const REMEDY = "give --kubeconfig a file that `kubectl --kubeconfig FILE get namespaces` works with";

/** @throws KubeConfigError for a file that cannot be read, or that is no kubeconfig. */
export async function loadKubeconfig(file: string): Promise<KubeConfig> {
  const subject = `--kubeconfig ${file}`;
  const text = await readText(file, subject);
  try {
    const folder = dirname(resolve(file));
    const config = new KubeConfig();
    config.loadFromString(JSON.stringify(completed(parse(text), folder)));
    config.makePathsAbsolute(folder);
    return config;
  } catch (cause) {
    throw new KubeConfigError(subject, `is not a kubeconfig file (${(cause as Error).message})`, REMEDY, {
      cause,
    });
  }
}

async function readText(file: string, subject: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? "does not exist" : `cannot be read (${(cause as Error).message})`;
    throw new KubeConfigError(subject, problem, REMEDY, { cause });
  }
}

/** What kubectl understands and the client library does not, in the library's own terms. */
function completed(document: unknown, folder: string): Json {
  if (!isRecord(document)) throw new TypeError("it is not a map");
  const clusters = recordsOf(document["clusters"]).map(({ name, cluster }) => ({
    name,
    cluster: completedCluster(cluster),
  }));
  const users = recordsOf(document["users"]).map(({ name, user }) => ({
    name,
    user: completedUser(user, folder),
  }));
  return { ...document, clusters, users };
}

/** The library wants plain HTTP (`kubectl proxy`) to be called insecure by name. */
function completedCluster(cluster: unknown): unknown {
  if (!isRecord(cluster) || typeof cluster["server"] !== "string") return cluster;
  return cluster["server"].startsWith("http:") ? { ...cluster, "insecure-skip-tls-verify": true } : cluster;
}

function completedUser(user: unknown, folder: string): unknown {
  if (!isRecord(user)) return user;
  const { tokenFile, exec } = user;
  if (typeof tokenFile === "string" && tokenFile !== "") {
    // The file wins over `token`, and is read again from time to time (client-go, AuthInfo).
    const provider = { name: "tokenFile", config: { tokenFile: absolute(tokenFile, folder) } };
    return { ...user, token: undefined, "auth-provider": provider };
  }
  return isRecord(exec) ? { ...user, exec: completedExec(exec, folder) } : user;
}

function completedExec(exec: Json, folder: string): Json {
  const { command, apiVersion } = exec;
  // A command with a slash is a path from the file's folder; any other is looked up in PATH.
  const isPath = typeof command === "string" && command.includes("/");
  // What plugins are told (client.authentication.k8s.io, ExecCredential): nobody sits at a terminal.
  const told = { kind: "ExecCredential", apiVersion, spec: { interactive: false } };
  const info = { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(told) };
  return {
    ...exec,
    command: isPath ? absolute(command, folder) : command,
    env: [...recordsOf(exec["env"]), info],
  };
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function recordsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
