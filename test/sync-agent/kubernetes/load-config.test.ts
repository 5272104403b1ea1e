import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KubeConfigError } from "../../../sync-agent/kubernetes/config-error.ts";
import { defaultNamespace, loadConfig } from "../../../sync-agent/kubernetes/load-config.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lintel-kubeconfig-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function written(text: string): Promise<string> {
  const path = join(folder, "kubeconfig");
  await writeFile(path, text);
  return path;
}

const FILE = `
current-context: prod
contexts:
  - {name: prod, context: {cluster: prod, user: admin, namespace: edge}}
  - {name: test, context: {cluster: test, user: robot}}
  - {name: nowhere, context: {cluster: gone, user: admin}}
  - {name: nobody, context: {cluster: prod, user: gone}}
  - {name: odd, context: {cluster: odd, user: admin}}
clusters:
  - {name: prod, cluster: {server: "https://prod.example:6443/"}}
  - {name: test, cluster: {server: "http://127.0.0.1:8001"}}
  - {name: odd, cluster: {server: "prod.example"}}
users:
  - {name: admin, user: {token: secret}}
  - {name: robot, user: {tokenFile: robot.token, token: old}}
`;

async function problemOf(promise: Promise<unknown>): Promise<KubeConfigError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(KubeConfigError);
  return error as KubeConfigError;
}

describe("a kubeconfig file", () => {
  test("its current context counts", async () => {
    const { cluster, namespace } = await loadConfig({ kubeconfig: await written(FILE) });
    expect(cluster.server).toBe("https://prod.example:6443");
    expect(namespace).toBe("edge");
  });

  test("another context can be named", async () => {
    const options = { kubeconfig: await written(FILE), context: "test" };
    expect((await loadConfig(options)).cluster.server).toBe("http://127.0.0.1:8001");
    expect(await defaultNamespace(options)).toBe("default");
  });

  test("a token file is found from the kubeconfig's folder, and wins over a token", async () => {
    const { config } = await loadConfig({ kubeconfig: await written(FILE), context: "test" });
    expect(config.getCurrentUser()).toMatchObject({
      token: undefined,
      authProvider: { name: "tokenFile", config: { tokenFile: join(folder, "robot.token") } },
    });
  });

  test.each([
    ["./plugin", () => join(folder, "plugin")],
    ["/opt/plugin", () => "/opt/plugin"],
    ["aws", () => "aws"],
  ])("the exec plugin %s", async (command, path) => {
    const text = FILE.replace("{token: secret}", `{exec: {command: ${command}}}`);
    const { config } = await loadConfig({ kubeconfig: await written(text) });
    expect(config.getCurrentUser()?.exec).toMatchObject({ command: path() });
  });

  test("an exec plugin is told of its part, beside what the file tells it", async () => {
    const exec = "{apiVersion: client.authentication.k8s.io/v1, command: aws, env: [{name: A, value: b}]}";
    const text = FILE.replace("{token: secret}", `{exec: ${exec}}`);
    const { config } = await loadConfig({ kubeconfig: await written(text) });
    const told = {
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1",
      spec: { interactive: false },
    };
    expect(config.getCurrentUser()).toMatchObject({
      exec: {
        env: [
          { name: "A", value: "b" },
          { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(told) },
        ],
      },
    });
  });

  test.each([
    [
      "without a current context",
      { text: FILE.replace("current-context: prod", "") },
      /has no current context/,
    ],
    ["without the named context", { context: "other" }, /has no context "other"/],
    ["whose context names no cluster", { context: "nowhere" }, /names the cluster "gone"/],
    ["whose context names no user", { context: "nobody" }, /names the user "gone"/],
    ["whose server is no URL", { context: "odd" }, /"prod\.example" of its cluster is no http or https URL/],
    ["that is no YAML", { text: "{" }, /is not a kubeconfig file/],
    ["that is a list", { text: "[]" }, /is not a kubeconfig file \(it is not a map\)/],
    ["that is empty", { text: "" }, /is not a kubeconfig file/],
    [
      "whose cluster has no server",
      { text: FILE.replace("{server: prod.example}", "{}").replace('{server: "prod.example"}', "{}") },
      /server is missing/,
    ],
  ])(
    "%s is refused, with flag and remedy",
    async (_, { text = FILE, context }: { text?: string; context?: string }, message) => {
      const path = await written(text);
      const error = await problemOf(loadConfig({ kubeconfig: path, context }));
      expect(error.message).toMatch(message);
      expect(error.subject).toBe(`--kubeconfig ${path}`);
      expect(error.remedy).toMatch(/kubectl/);
    },
  );

  test("that is not there is refused", async () => {
    const path = join(folder, "none");
    const error = await problemOf(loadConfig({ kubeconfig: path }));
    expect(error.message).toMatch(/^--kubeconfig \S+none: does not exist; give --kubeconfig a file/);
  });

  test("that is a folder is refused", async () => {
    expect((await problemOf(loadConfig({ kubeconfig: folder }))).message).toMatch(/cannot be read \(EISDIR/);
  });
});

describe("in the cluster", () => {
  async function account(files: Readonly<Record<string, string>>): Promise<string> {
    const path = join(folder, "serviceaccount");
    await mkdir(path);
    for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
    return path;
  }

  test("the pod's account and namespace are taken", async () => {
    const path = await account({ token: "t", "ca.crt": "c", namespace: "lintel\n" });
    const { cluster, namespace, config } = await loadConfig({
      inCluster: { folder: path, host: "10.96.0.1", port: "443" },
    });
    expect(cluster).toMatchObject({
      server: "https://10.96.0.1:443",
      caFile: join(path, "ca.crt"),
      skipTLSVerify: false,
    });
    expect(namespace).toBe("lintel");
    expect(config.getCurrentUser()?.authProvider).toMatchObject({
      config: { tokenFile: join(path, "token") },
    });
  });

  test("an IPv6 address is put in brackets", async () => {
    const path = await account({ token: "t" });
    const { cluster, namespace } = await loadConfig({
      inCluster: { folder: path, host: "fd00::1", port: "443" },
    });
    expect(cluster.server).toBe("https://[fd00::1]:443");
    expect(namespace).toBeUndefined();
  });

  test.each([
    [
      "outside of one",
      { host: undefined, port: undefined },
      /runs in no Kubernetes pod .* --kubeconfig FILE/,
    ],
    [
      "without an account",
      { host: "10.96.0.1", port: "443" },
      /token cannot be read \(ENOENT.* automountServiceAccountToken/,
    ],
  ])("%s it is refused, with the remedy", async (_, where, message) => {
    const error = await problemOf(loadConfig({ inCluster: { folder: join(folder, "none"), ...where } }));
    expect(error.message).toMatch(message);
    expect(error.subject).toBe("in-cluster");
  });
});
