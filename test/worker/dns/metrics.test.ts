import { describe, expect, it } from "vitest";
import { createDohHandler } from "../../../worker/dns/doh.ts";
import { DnsMetrics } from "../../../worker/dns/metrics.ts";
import { CLUSTER } from "./support/cluster.ts";
import { PLATFORM } from "./support/platform.ts";
import { viewOf } from "./support/snapshot.ts";

const series = (metrics: DnsMetrics) =>
  metrics
    .text()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

describe("the resolver's counters", () => {
  it("tell zone, type, code and asker, and no name that was asked for", async () => {
    const metrics = new DnsMetrics();
    const handle = createDohHandler({ access: "token", token: "t", metrics }, PLATFORM);
    const ask = (path: string, query: string) =>
      handle(new Request(`https://edge.test${path}?${query}`), { address: "203.0.113.9" }, () =>
        viewOf(CLUSTER),
      );
    await ask("/dns-query/t", "name=web.shop.svc.cluster.local&type=A");
    await ask("/dns-query/t", "name=web.shop.svc.cluster.local&type=A");
    await ask("/dns-query/t", "name=secret.name.shop.svc.cluster.local&type=TYPE65280");
    await ask("/dns-query/wrong", "name=web.shop.svc.cluster.local");
    await ask("/dns-query/t", "name=");
    expect(series(metrics)).toEqual([
      `lintel_edge_dns_answers_total{zone=".",type="A",rcode="NOERROR",asker="none"} 2`,
      `lintel_edge_dns_answers_total{zone=".",type="other",rcode="NXDOMAIN",asker="none"} 1`,
      `lintel_edge_dns_refusals_total{status="401"} 1`,
      `lintel_edge_dns_refusals_total{status="400"} 1`,
    ]);
  });

  it("are as many as they may be, and no more", () => {
    const metrics = new DnsMetrics();
    for (let i = 0; i < 2_500; i++) metrics.answered({ zone: ".", type: 1, rcode: 0, asker: `a${i}` });
    const lines = series(metrics);
    expect(lines).toHaveLength(2_001);
    expect(lines.at(-1)).toBe(
      `lintel_edge_dns_answers_total{zone="other",type="other",rcode="other",asker="other"} 500`,
    );
  });

  it("are escaped", () => {
    const metrics = new DnsMetrics();
    metrics.answered({ zone: undefined, type: undefined, rcode: 23, asker: 'a"b\\c\nd' });
    expect(series(metrics)).toEqual([
      String.raw`lintel_edge_dns_answers_total{zone="none",type="none",rcode="other",asker="a\"b\\c\nd"} 1`,
    ]);
  });
});
