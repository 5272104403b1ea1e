/**
 * Manifests in, the compiled snapshot out: `golden/*.in.yaml` and `*.out.yaml`. To write what comes out anew:
 *
 *     UPDATE_GOLDEN=1 npx vitest run --project node test/sync-agent/compile/golden.test.ts
 *
 * An input may begin with a document of `options`. `${shop.crt}` and `${shop.key}` stand for the certificate of that
 * name below, in base64.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { podModeSchema, toBase64, utf8 } from "../../../contract/index.ts";
import { compile } from "../../../sync-agent/compile/compile.ts";
import { type Issued, issue, issueChain } from "./support/certificates.ts";
import { describeCompiled } from "./support/golden-output.ts";
import { parseDocuments, stateOf } from "./support/manifests.ts";
import { OPTIONS, sealer } from "./support/options.ts";

const FOLDER = new URL("golden/", import.meta.url);
const IN = ".in.yaml";

const fixtures = new Map<string, Pick<Issued, "crt" | "key">>();
beforeAll(async () => {
  const { leaf, intermediate } = await issueChain({ names: ["shop.example", "www.shop.example"] });
  fixtures.set("shop", { crt: leaf.crt + intermediate.crt, key: leaf.key });
  fixtures.set("reversed", { crt: intermediate.crt + leaf.crt, key: leaf.key });
  fixtures.set("swapped", { crt: leaf.crt, key: intermediate.key });
  fixtures.set("wildcard", await issue({ names: ["*.shop.example"], keyType: "rsa" }));
  fixtures.set("other", await issue({ names: ["shop.example"], keyType: "ed25519" }));
  fixtures.set("expired", await issue({ names: ["expired.example"], expiresIn: -1 }));
  fixtures.set("expiring", await issue({ names: ["expiring.example"], expiresIn: 7 }));
});

function withFixtures(text: string): string {
  return text.replaceAll(/\$\{(\w+)\.(crt|key)\}/g, (_, name: string, part: "crt" | "key") => {
    const fixture = fixtures.get(name);
    if (fixture === undefined) throw new Error(`no certificate is called ${name}`);
    return toBase64(utf8(fixture[part]));
  });
}

const headSchema = z.strictObject({
  options: z.strictObject({
    adoptedClasses: z.array(z.string()).default([]),
    systemHost: z.string().optional(),
    pods: z.enum(podModeSchema.options).default("insecure"),
    /** Whether the Corefile of kube-system/coredns holds, and how the resolver is configured is shown. */
    corefile: z.boolean().default(false),
  }),
});

const names = readdirSync(FOLDER).filter((name) => name.endsWith(IN));

it.each(names.map((name) => name.slice(0, -IN.length)))("%s", async (name) => {
  const documents = parseDocuments(withFixtures(readFileSync(new URL(`${name}${IN}`, FOLDER), "utf8")));
  const head = headSchema.safeParse(documents[0]);
  const { adoptedClasses, systemHost, pods, corefile } = head.data?.options ?? {
    adoptedClasses: [],
    pods: "insecure",
    corefile: false,
  };
  const compiled = await compile(stateOf(head.success ? documents.slice(1) : documents), {
    ...OPTIONS,
    adoptedClasses,
    systemHost,
    dns: { ...OPTIONS.dns, pods },
    corefile: corefile ? { kind: "configMap", key: "kube-system/coredns", isNamed: true } : undefined,
  });
  const output = await describeCompiled(compiled, sealer, { dns: corefile });
  const file = new URL(`${name}.out.yaml`, FOLDER);
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(file, output);
  expect(output).toBe(readFileSync(file, "utf8"));
});
