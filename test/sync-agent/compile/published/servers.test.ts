import { describe, expect, it } from "vitest";
import type { DnsPlugin, DnsSettings } from "../../../../contract/index.ts";
import { withPublished } from "../../../../sync-agent/compile/published/servers.ts";

const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "insecure" };
const FORWARD: DnsPlugin = {
  plugin: "forward",
  from: ".",
  except: [],
  to: [{ url: "https://dns.example/dns-query" }],
  policy: "random",
};
const fileOf = (zone: string): DnsPlugin => ({ plugin: "file", files: [{ zone, record: `file/${zone}` }] });
const PUBLISHED: DnsPlugin = { plugin: "published", zones: ["corp.example"], ttl: 60 };

function settings(...servers: DnsSettings["servers"]): DnsSettings {
  return { domain: "cluster.local", servers };
}

describe("server blocks", () => {
  it.each<[string, readonly DnsPlugin[], readonly DnsPlugin[]]>([
    ["before others are asked", [KUBERNETES, FORWARD], [KUBERNETES, PUBLISHED, FORWARD]],
    ["at the end", [KUBERNETES], [KUBERNETES, PUBLISHED]],
    ["before files", [fileOf("other.example"), FORWARD], [PUBLISHED, fileOf("other.example"), FORWARD]],
    [
      "sharing a zone with a file",
      [fileOf("corp.example")],
      [{ ...PUBLISHED, fallthrough: ["corp.example"] }, fileOf("corp.example")],
    ],
  ])("answer for published names %s", (_, plugins, expected) => {
    const { servers } = withPublished(settings({ zones: ["."], plugins: [...plugins] }), ["corp.example"]);
    expect(servers).toEqual([{ zones: ["."], plugins: expected }]);
  });

  it("are joined by one for zones that no other answers for", () => {
    const cluster = { zones: ["cluster.local"], plugins: [KUBERNETES] };
    const { servers } = withPublished(settings(cluster), ["corp.example"]);
    expect(servers).toEqual([
      { zones: ["cluster.local"], plugins: [KUBERNETES, PUBLISHED] },
      { zones: ["corp.example"], plugins: [PUBLISHED], refusesOthers: true },
    ]);
  });

  it("stay as they are without a zone", () => {
    const before = settings({ zones: ["."], plugins: [KUBERNETES] });
    expect(withPublished(before, [])).toBe(before);
  });
});
