/** `/version`, health, and what groups and resources there are: enough for kubectl. */
import { apiVersionOf, RESOURCES, VERSION } from "./kinds.ts";

export const VERSION_INFO = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.0",
  platform: "linux/amd64",
};

/** JSON, or plain text; `undefined` for a path that is none of these. */
export function discover(path: string): object | string | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const [root, group = ""] = parts;
  if (["healthz", "livez", "readyz"].includes(root ?? "") && parts.length === 1) return "ok";
  if (path === "/version") return VERSION_INFO;
  if (path === "/api") return { kind: "APIVersions", versions: [VERSION], serverAddressByClientCIDRs: [] };
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups() };
  if (path === `/api/${VERSION}`) return resources("");
  if (root === "apis" && path === `/apis/${group}/${VERSION}`) return resources(group);
  return undefined;
}

function groups(): object[] {
  const names = [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== "");
  return names.map((name) => {
    const version = { groupVersion: `${name}/${VERSION}`, version: VERSION };
    return { name, versions: [version], preferredVersion: version };
  });
}

function resources(group: string): object | undefined {
  const found = RESOURCES.filter((one) => one.group === group);
  if (found.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group }),
    resources: found.flatMap(({ plural, kind, namespaced, status, verbs, shortNames }) => {
      const names = { singularName: kind.toLowerCase(), namespaced, kind };
      return [
        { name: plural, ...names, verbs, shortNames },
        ...(status ? [{ name: `${plural}/status`, ...names, verbs: ["get", "patch", "update"] }] : []),
      ];
    }),
  };
}
