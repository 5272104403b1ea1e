/** Pods are read where names of pods are to be verified, which a ConfigMap may say at any time. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubernetesSourceOptions } from "../../../../sync-agent/cluster/kubernetes/kubernetes-source.ts";
import { type ApiServer, startApiServer } from "../../../kubernetes/api-server/index.ts";
import { follow, type Following, keys } from "./following.ts";
import { pod, service } from "./manifests.ts";

let server: ApiServer;
const open: Following[] = [];

beforeEach(async () => {
  server = await startApiServer({ bookmarkEvery: 50 });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((following) => following.close()));
  await server.close();
});

async function started(options?: Partial<KubernetesSourceOptions>): Promise<Following> {
  const opened = await follow(server, options);
  open.push(opened);
  await opened.start();
  return opened;
}

describe("Pods that a ConfigMap asks for", () => {
  const config = (text: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "kube-system", name: "coredns", uid: "uid-coredns" },
    data: { Corefile: text },
  });
  const options: Partial<KubernetesSourceOptions> = {
    named: { ConfigMap: ["kube-system/coredns"] },
    pods: ({ ConfigMap }) =>
      ConfigMap.get("kube-system/coredns")?.data["Corefile"]?.includes("verified") === true,
  };

  test("are read from the start", async () => {
    server.apply(pod("web-0"));
    server.apply(config("pods verified"));
    const { source } = await started(options);
    expect(keys(source.observe().state, "Pod")).toEqual(["shop/web-0"]);
  });

  test("are read from then on", async () => {
    server.apply(pod("web-0"));
    server.apply(config("pods insecure"));
    const follower = await started(options);
    expect(server.requests.filter(({ resource }) => resource === "pods")).toEqual([]);
    server.apply(config("pods verified"));
    await follower.until(({ state }) => state.Pod.size === 1);
  });

  test("hold up nothing where they may not be read", async () => {
    server.deny({ resource: "pods" });
    server.apply(service("web"));
    server.apply(config("pods verified"));
    const { source, log } = await started(options);
    expect(source.observe().state).toMatchObject({ Pod: new Map() });
    expect(keys(source.observe().state, "Service")).toEqual(["shop/web"]);
    expect(log.lines.join("\n")).toContain("pods");
  });
});
