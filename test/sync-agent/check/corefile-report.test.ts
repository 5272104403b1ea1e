import { describe, expect, it, test } from "vitest";
import { type CorefileReport, corefileReports } from "../../../sync-agent/check/corefile-report.ts";
import { reportText } from "../../../sync-agent/check/text.ts";
import { clusterState, configMap } from "../compile/support/objects.ts";
import { sourceOf } from "../corefile/support/read.ts";

function reportOf(corefile: string, more: Record<string, string> = {}): CorefileReport {
  const state = clusterState({
    ConfigMap: [configMap("kube-system/coredns", { Corefile: corefile, ...more })],
  });
  const [report] = corefileReports(state, []);
  if (report === undefined) throw new Error("no report");
  return report;
}

describe("a Corefile", () => {
  test.each<[string, string, string]>([
    ["that is served as it is", ".:53 {\nkubernetes cluster.local\nerrors\n}", "served"],
    ["of which something has no effect", ".:53 {\nkubernetes cluster.local\nhealth\n}", "notes line 3"],
    ["of which something is ignored", ".:53 {\nforward . /etc/resolv.conf\n}", "notes line 2"],
    ["with an error", ".:53 {\nkubernetes cluster.local {\npods some\n}\n}", "change refused line 3"],
    ["with a zone that has an error", ".:53 {\nfile db\nready\n}", "change line 3 refused line 2"],
  ])("%s", (_, text, expected) => {
    const { verdict, notes, refused } = reportOf(text);
    const short = ({ field }: { field: string }) => field.replace("data[Corefile], ", "");
    expect([verdict, ...notes.map(short), ...refused.map((it) => `refused ${short(it)}`)].join(" ")).toBe(
      expected,
    );
  });
});

it("tells zones and plugins in their order", () => {
  expect(reportOf("b.test a.test {\nforward . 1.1.1.1\nlog\nlog x\n}\nc.test {\n}").servers).toEqual([
    { zones: ["b.test", "a.test"], plugins: ["log", "forward"] },
    { zones: ["c.test"], plugins: [] },
  ]);
});

it("finds every ConfigMap that has one, and files", () => {
  const state = clusterState({
    ConfigMap: [
      configMap("kube-system/coredns", { Corefile: "." }),
      configMap("kube-system/coredns-custom", { "x.override": "log" }),
      configMap("dns/other", { Corefile: "." }),
    ],
  });
  const file = sourceOf(". {\n}");
  expect(corefileReports(state, [file]).map(({ corefile }) => corefile)).toEqual([
    "ConfigMap dns/other",
    "ConfigMap kube-system/coredns",
    "ConfigMap kube-system/coredns",
  ]);
});

it("is a paragraph for people", () => {
  const summary = { ingresses: 0, served: 0, notes: 0, change: 0 };
  const corefiles = [reportOf(".:53 {\nkubernetes cluster.local {\nttl 5\n}\nhealth\n}")];
  expect(reportText({ ingresses: [], others: [], summary, corefiles })).toBe(
    `Corefile of ConfigMap kube-system/coredns: served, with notes
  served: . (kubernetes)
  note: data[Corefile], line 5
    Plugin \`health\` has no effect here. The edge answers /healthz on its system host.
    Nothing: it may stay for CoreDNS.
`,
  );
});
