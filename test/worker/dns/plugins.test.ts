import { expect, it } from "vitest";
import type { DnsPlugin } from "../../../contract/index.ts";
import { ask } from "./support/ask.ts";
import { CLUSTER } from "./support/cluster.ts";
import { viewOf } from "./support/snapshot.ts";

const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };
const rule = { zones: ["."], match: [], authority: [], additional: [], rcode: 0 };

it.each<readonly [string, DnsPlugin]>([
  ["a template's action", { plugin: "template", rules: [{ ...rule, answer: ["{{ .Unheard }}"] }] }],
  ["an expression", { plugin: "template", rules: [{ ...rule, match: ["("], answer: [] }] }],
])("fails, and says so, where it does not know %s", async (_, plugin) => {
  const lines: object[] = [];
  const platform = { log: (_: string, fields: object) => lines.push(fields) };
  const view = viewOf(CLUSTER, { plugins: [plugin, KUBERNETES] });
  expect(await ask(view, "web.shop.svc.cluster.local. A", { platform })).toEqual(["SERVFAIL"]);
  expect(lines).toMatchObject([{ plugin: "template" }]);
});
