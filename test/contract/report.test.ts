import { beforeAll, expect, it } from "vitest";
import {
  type AgentReport,
  CONTRACT_VERSION,
  decodePurge,
  decodeReport,
  decodeRoot,
  encodePurge,
  encodeReport,
  generateSigningPair,
  loadSigner,
  loadVerifier,
  REPORT_FORMAT,
  type Signer,
  toHex,
  utf8,
  type Verifier,
} from "../../contract/index.ts";

const REPORT: AgentReport = {
  format: REPORT_FORMAT,
  cluster: "default",
  time: 1_790_000_000_000,
  generation: 7,
  agent: { id: "agent-0", version: "0.1.0", mode: "cluster" },
  warnings: [
    {
      object: "Ingress shop/web",
      field: "spec.rules[0].host",
      reason: "HostReserved",
      message: "is the edge's own.\nIt is not served.",
      remedy: "Choose another host.",
    },
  ],
  omitted: 0,
  checks: [{ name: "source" }, { name: "publish", problem: "the last round has failed" }],
  durations: { compile: 12, publish: 80 },
  heartbeat: 300_000,
};

let signer: Signer;
let verifier: Verifier;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateSigningPair();
  [signer, verifier] = await Promise.all([loadSigner(privateKey), loadVerifier(publicKey)]);
});

const signed = async (text: string) => `${text}\n${toHex(await signer.sign(utf8(text)))}`;

it("is read as it was signed", async () => {
  expect(await decodeReport(await encodeReport(REPORT, signer), verifier)).toEqual(REPORT);
});

it("is never taken for a root or an order, nor one of these for it", async () => {
  const report = await encodeReport(REPORT, signer);
  await expect(decodeRoot(report, verifier)).rejects.toThrow("root");
  await expect(decodePurge(report, verifier)).rejects.toThrow("no signed order");
  const order = await encodePurge({ version: CONTRACT_VERSION, cluster: "default", time: 1 }, signer);
  await expect(decodeReport(order, verifier)).rejects.toThrow("no signed report");
  await expect(decodeReport(await signed(JSON.stringify(REPORT)), verifier)).rejects.toThrow(
    "no signed report",
  );
});

it("is refused with any bit changed, and by another key", async () => {
  const text = await encodeReport(REPORT, signer);
  await expect(decodeReport(text.replace("shop/web", "shop/wed"), verifier)).rejects.toThrow("signature");
  const other = await loadVerifier((await generateSigningPair()).publicKey);
  await expect(decodeReport(text, other)).rejects.toThrow("signature");
});

it.each([
  ["of another format", { ...REPORT, format: 2 }, "has version 2, this reader knows version 1"],
  ["that says more than is known", { ...REPORT, more: true }, "more"],
  [
    "with a text that is too long",
    { ...REPORT, agent: { ...REPORT.agent, id: "x".repeat(1025) } },
    "agent.id",
  ],
])("%s is refused although it is signed", async (_, report, problem) => {
  await expect(
    decodeReport(await signed(`lintel report\n${JSON.stringify(report)}`), verifier),
  ).rejects.toThrow(problem);
});
