/** A process that dies at any moment comes back with what it served, and costs nothing but time. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, get } from "./support/client.ts";
import { up, type Up } from "./support/lintel.ts";
import { ingress, service } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";

let lintel: Up;
let pod: Pod;

const rules = (n: number) =>
  Array.from({ length: n }, (_, i) =>
    ingress(`i-${i}`, { rules: [{ host: `h${i}.test`, paths: [{ path: "/", service: "pod" }] }] }),
  );

beforeAll(async () => {
  pod = await Pod.start("pod");
  lintel = await up({ "service.json": service("pod", [pod.port]), "rules.json": rules(1) });
});
afterAll(async () => {
  await lintel.close();
  await pod.close();
});

const generation = async () => {
  const { body } = await get(lintel.http, "edge.lintel.test", "/status");
  return (JSON.parse(body) as { generation: number }).generation;
};

it("publishes nothing when nothing has changed", async () => {
  const before = await generation();
  lintel = await lintel.restart("SIGTERM");
  expect(await generation()).toBe(before);
  expect(lintel.lintel.stderr).not.toContain("published generation");
});

it("serves an Ingress as before whose annotation cannot be read, and goes on once it can", async () => {
  const files = (path: string, annotations = {}) => {
    const rule = { host: "kept.test", paths: [{ path, service: "pod" }] };
    const plain = ingress("kept", { rules: [rule] }) as { metadata: object };
    return [{ ...plain, metadata: { ...plain.metadata, annotations } }];
  };
  const statusOf = async (path: string) => (await get(lintel.http, "kept.test", path)).status;
  const becomes = (path: string) =>
    eventually(
      () => get(lintel.http, "kept.test", path),
      ({ status }) => status === 200,
    );
  await lintel.write("kept.json", files("/old"));
  await becomes("/old");
  await lintel.write("kept.json", files("/new", { "nginx.ingress.kubernetes.io/limit-rps": "many" }));
  await lintel.lintel.printed(/limit-rps/, "stderr");
  lintel = await lintel.restart("SIGKILL");
  await lintel.lintel.printed(/limit-rps/, "stderr");
  expect([await statusOf("/old"), await statusOf("/new")]).toEqual([200, 404]);
  // Others change meanwhile.
  await lintel.write("rules.json", rules(2));
  await eventually(
    () => get(lintel.http, "h1.test", "/"),
    ({ status }) => status === 200,
  );
  expect(await statusOf("/old")).toBe(200);
  await lintel.write("kept.json", files("/new"));
  await becomes("/new");
  expect(await statusOf("/old")).toBe(404);
});

it("comes back after kill -9 in the middle of a publish, and goes on from there", async () => {
  for (let round = 1; round <= 3; round++) {
    const before = await generation();
    await lintel.write("rules.json", rules(round * 40));
    // Killed at different points of the work that the change sets off.
    if (round > 1) await lintel.lintel.printed(/published generation/, "stderr");
    lintel = await lintel.restart("SIGKILL");
    const host = `h${round * 40 - 1}.test`;
    const { status, json } = await eventually(
      () => get(lintel.http, host, "/"),
      (answer) => answer.status === 200,
    );
    expect([status, json().pod]).toEqual([200, "pod"]);
    expect(await generation()).toBeGreaterThanOrEqual(before);
  }
});
