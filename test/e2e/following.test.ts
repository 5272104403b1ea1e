/** `lintel up` follows what happens to the manifests, and keeps serving what a broken one served before. */
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { selfSigned } from "./support/certificates.ts";
import { eventually, get, getTls, readCa } from "./support/client.ts";
import { up, type Up } from "./support/lintel.ts";
import { ingress, service, tlsSecret } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";

let lintel: Up;
let one: Pod;
let two: Pod;

const rule = (host: string, name: string, path = "/") =>
  ingress(host.replaceAll(".", "-"), { rules: [{ host, paths: [{ path, service: name }] }] });
const podOf = async (host: string, path = "/") => {
  const { status, json } = await get(lintel.http, host, path);
  return status === 200 ? json().pod : status;
};

beforeAll(async () => {
  [one, two] = await Promise.all([Pod.start("one"), Pod.start("two")]);
  lintel = await up({
    "services.json": [...service("one", [one.port]), ...service("two", [two.port])],
    "a.json": [rule("a.test", "one")],
  });
});
afterAll(async () => {
  await lintel.close();
  await Promise.all([one.close(), two.close()]);
});

it("serves a manifest that is added, changed, replaced by a rename, and removed", async () => {
  expect(await podOf("b.test")).toBe(404);
  await lintel.write("b.json", [rule("b.test", "one")]);
  await eventually(
    () => podOf("b.test"),
    (pod) => pod === "one",
  );
  await lintel.write("b.json", [rule("b.test", "two")]);
  await eventually(
    () => podOf("b.test"),
    (pod) => pod === "two",
  );
  await writeFile(join(lintel.folder, ".b.tmp"), JSON.stringify(rule("b.test", "one")));
  await rename(join(lintel.folder, ".b.tmp"), join(lintel.folder, "b.json"));
  await eventually(
    () => podOf("b.test"),
    (pod) => pod === "one",
  );
  await rm(join(lintel.folder, "b.json"));
  await eventually(
    () => podOf("b.test"),
    (pod) => pod === 404,
  );
});

it("keeps what a file served that no longer parses, and says where it is broken", async () => {
  await lintel.write("c.yaml", JSON.stringify(rule("c.test", "one")));
  await eventually(
    () => podOf("c.test"),
    (pod) => pod === "one",
  );
  await lintel.write("c.yaml", "kind: Ingress\nmetadata: [unclosed\n");
  const [line] = await lintel.lintel.printed(/.*ManifestUnreadable.*/, "stderr");
  expect(line).toMatch(/c\.yaml/);
  expect(line).toMatch(/line [23]/);
  await lintel.write("d.json", [rule("d.test", "two")]);
  await eventually(
    () => podOf("d.test"),
    (pod) => pod === "two",
  );
  expect(await podOf("c.test")).toBe("one");
});

it("keeps serving it after a restart too", async () => {
  lintel = await lintel.restart("SIGTERM");
  expect(await podOf("c.test")).toBe("one");
});

it("lets a bad object harm itself alone", async () => {
  await lintel.write("e.json", [rule("bad.test", "one", "no-slash"), rule("good.test", "two")]);
  await eventually(
    () => podOf("good.test"),
    (pod) => pod === "two",
  );
  expect(await podOf("bad.test")).toBe(404);
  const [line] = await lintel.lintel.printed(/.*ObjectInvalid.*/, "stderr");
  expect(line).toMatch(/test\/bad-test/);
  expect(line).toMatch(/spec\.rules\[0\]\.http\.paths\[0\]\.path/);
});

it("answers 503 for a Service that is missing, and serves it once it is there", async () => {
  await lintel.write("f.json", [rule("f.test", "three")]);
  await eventually(
    () => podOf("f.test"),
    (pod) => pod === 503,
  );
  await lintel.lintel.printed(/ServiceNotFound/, "stderr");
  await lintel.write("three.json", service("three", [two.port]));
  await eventually(
    () => podOf("f.test"),
    (pod) => pod === "two",
  );
});

it("presents a certificate whose Secret comes later, without a restart, and the local CA's until then", async () => {
  const host = "late.test";
  const { cert, key } = await selfSigned([host]);
  const tls = [{ hosts: [host], secretName: "late" }];
  await lintel.write("g.json", [
    ingress("late", { tls, rules: [{ host, paths: [{ path: "/", service: "one" }] }] }),
  ]);
  await lintel.lintel.printed(/SecretNotFound/, "stderr");
  const before = await getTls(lintel.https, host, "/", { ca: await readCa(lintel.ca) });
  expect(before.issuer).toBe("Lintel local CA");
  await lintel.write("late.json", [tlsSecret("late", { cert, key })]);
  const after = await eventually(
    // Until then the certificate is one that this client does not trust.
    () => getTls(lintel.https, host, "/", { ca: cert }).catch(() => before),
    (answer) => answer.issuer === host,
  );
  expect(after.json().pod).toBe("one");
});
