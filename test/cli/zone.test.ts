import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { readZoneFile } from "../../sync-agent/corefile/zone-file/zone-file.ts";
import { lookup } from "../../worker/dns/file/lookup.ts";
import { ZoneData } from "../../worker/dns/file/zone-data.ts";
import { TYPE } from "../../worker/dns/wire/codes.ts";
import { nameFromText } from "../../worker/dns/wire/name-text.ts";
import { recordText } from "../worker/dns/support/zone-text.ts";

afterEach(() => vi.restoreAllMocks());

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    });
  }
  const code = await main(args);
  return { code, ...written };
}

const MANIFEST = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  ingressClassName: lintel
  rules: [{ host: www.corp.example }]
---
apiVersion: v1
kind: Service
metadata:
  name: db
  namespace: shop
  annotations: { external-dns.alpha.kubernetes.io/hostname: "db.corp.example,db.example.org" }
spec: { type: LoadBalancer, ports: [{ name: pg, port: 5432 }] }
status: { loadBalancer: { ingress: [{ ip: 192.0.2.5 }] } }
`;

it("prints a zone that can be served", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lintel-zone-"));
  const file = join(folder, "all.yaml");
  await writeFile(file, MANIFEST);
  const { code, stdout, stderr } = await run(
    "zone",
    "export",
    "Corp.Example.",
    "--manifests",
    file,
    "--status-address",
    "203.0.113.7",
  );
  await rm(folder, { recursive: true });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Service shop\/db .*db\.example\.org lies in no zone/);
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^corp\.example\. 60 IN SOA ns\.dns\.corp\.example\. /);
  expect(lines.at(-1)).toBe(lines[0]);
  const read = readZoneFile({ object: "zone", field: undefined, text: stdout }, "corp.example");
  expect([read.error, read.ignored]).toEqual([undefined, []]);
  const record = { kind: "file", source: "zone", names: read.names ?? {} } as const;
  const zone = new ZoneData(nameFromText("corp.example"), record);
  const ask = (name: string, type: number) => lookup(zone, nameFromText(name), type).answers.map(recordText);
  expect(ask("www.corp.example", TYPE.A)).toEqual(["www.corp.example. 60 A 203.0.113.7"]);
  expect(ask("db.corp.example", TYPE.A)).toEqual(["db.corp.example. 60 A 192.0.2.5"]);
  expect(ask("_pg._tcp.db.corp.example", TYPE.SRV)).toEqual([
    "_pg._tcp.db.corp.example. 60 SRV 0 100 5432 db.corp.example.",
  ]);
});

it.each([
  ["what is no zone", ["zone", "export", "a b", "--manifests", "."]],
  ["no manifests", ["zone", "export", "corp.example"]],
  ["no command", ["zone"]],
])("refuses %s", async (_, args) => {
  expect((await run(...args)).code).toBe(2);
});
