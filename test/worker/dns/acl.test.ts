/** Who may ask what (CoreDNS acl plugin). */
import { describe, expect, it } from "vitest";
import type { AclRule, DnsPlugin } from "../../../contract/index.ts";
import { acl } from "../../../worker/dns/acl.ts";
import type { Query, Resolution } from "../../../worker/dns/resolver.ts";
import { ASKER } from "./support/platform.ts";
import { ask } from "./support/ask.ts";
import { CLUSTER } from "./support/cluster.ts";
import { viewOf } from "./support/snapshot.ts";
import { questionOf } from "./support/zone-text.ts";

const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };
const WEB = ["NOERROR", "> web.shop.svc.cluster.local. 5 A 10.96.0.20"];

const block = (rules: AclRule[], zones = ["."]): DnsPlugin => ({ plugin: "acl", zones, rules });
const rule = (action: AclRule["action"], sources: string[] = [], types: number[] = []): AclRule => ({
  action,
  sources,
  types,
});

describe("acl", () => {
  it.each<readonly [string, DnsPlugin[], string[]]>([
    ["no rule: allowed", [block([])], WEB],
    ["block all", [block([rule("block")])], ["REFUSED"]],
    ["filter all: nothing found", [block([rule("filter")])], ["NOERROR"]],
    ["drop: refused, for HTTP is answered", [block([rule("drop")])], ["REFUSED"]],
    ["block the asker's range", [block([rule("block", ["203.0.113.0/24"])])], ["REFUSED"]],
    ["block another range", [block([rule("block", ["198.51.100.0/24"])])], WEB],
    ["block an IPv6 range", [block([rule("block", ["::/0"])])], WEB],
    ["block a type", [block([rule("block", [], [1])])], ["REFUSED"]],
    ["block another type", [block([rule("block", [], [28])])], WEB],
    ["the first that matches", [block([rule("allow", ["203.0.113.9/32"]), rule("block")])], WEB],
    ["another zone", [block([rule("block")], ["example.com"])], WEB],
    ["a later block", [block([]), block([rule("block")])], ["REFUSED"]],
    ["allow is for later blocks too", [block([rule("allow")]), block([rule("block")])], WEB],
  ])("%s", async (_, blocks, answer) => {
    const view = viewOf(CLUSTER, { plugins: [...blocks, KUBERNETES] });
    expect(await ask(view, "web.shop.svc.cluster.local. A")).toEqual(answer);
  });

  it("blocks whoever has no address", async () => {
    const view = viewOf(CLUSTER, { plugins: [block([]), KUBERNETES] });
    expect(await ask(view, "web.shop.svc.cluster.local. A", { address: "unix" })).toEqual(["REFUSED"]);
  });

  it.each([
    ["block", 15],
    ["filter", 17],
    ["drop", undefined],
  ] as const)("%s says why by an extended error: %s", (action, code) => {
    const plugin = acl([{ plugin: "acl", zones: ["."], rules: [rule(action)] }]);
    const query = { question: questionOf("a.example. A"), ...ASKER } as unknown as Query;
    const resolution = plugin(query, () => {
      throw new Error("asked on");
    }) as Resolution;
    expect(resolution.extendedError?.code).toBe(code);
  });
});
