import { describe, expect, it } from "vitest";
import { type DnsAnswer, problemOf, type WebAnswer } from "./checker.ts";
import { growthOf } from "./memory.ts";
import { seeded } from "./random.ts";
import type { Expected } from "./truth.ts";

const SERVICE = "soak/web";
const HOST = "shop.test";

const published = (version: number, ...ready: string[]): Expected => ({
  versions: new Map([[HOST, [version]]]),
  endpoints: new Map([[SERVICE, { ready, draining: ["127.0.0.9"] }]]),
});

function web(versions: readonly [number, number, number, number], pod = "127.0.0.1"): WebAnswer {
  const [path, host, prefix, exposed] = versions.map((version) => `soak-v${version}`);
  const body = JSON.stringify({ pod, url: `/${path}`, host: `${host}.test`, prefix: `/${prefix}` });
  return { kind: "web", host: HOST, status: 200, generation: 7, exposed: exposed ?? "", body };
}

function dns(...addresses: string[]): DnsAnswer {
  return { kind: "dns", status: 200, generation: 7, rcode: "NOERROR", addresses };
}

describe("an answer", () => {
  const one = published(3, "127.0.0.1", "127.0.0.2");
  it.each([
    ["is right when all of it is of its generation", web([3, 3, 3, 3]), [one], undefined],
    ["may come from an endpoint that drains", web([3, 3, 3, 3], "127.0.0.9"), [one], undefined],
    [
      "may be of either root of one generation",
      web([4, 4, 4, 4]),
      [one, published(4, "127.0.0.1")],
      undefined,
    ],
    ["is torn when a header is of another version", web([3, 3, 3, 4]), [one], /exposed is "soak-v4"/],
    ["is torn when the rewritten path is", web([2, 3, 3, 3]), [one], /path is "\/soak-v2"/],
    ["is torn when it is whole, of another generation", web([4, 4, 4, 4]), [one], /has version 3/],
    ["is torn when another generation's pod gave it", web([3, 3, 3, 3], "127.0.0.3"), [one], /127\.0\.0\.3/],
    ["must be of a generation that was published", web([3, 3, 3, 3]), [], /which nobody published/],
    ["must say of which", { ...web([3, 3, 3, 3]), generation: undefined }, [one], /does not say/],
    ["must be one of success", { ...web([3, 3, 3, 3]), status: 502, body: "Bad" }, [one], /502 \(Bad\)/],
    ["has the generation's addresses in DNS", dns("127.0.0.2", "127.0.0.1"), [one], undefined],
    [
      "has no others there",
      dns("127.0.0.2", "127.0.0.9"),
      [one],
      /the endpoints are 127\.0\.0\.1 127\.0\.0\.2/,
    ],
    ["must not be SERVFAIL", { ...dns(), rcode: "SERVFAIL" }, [one], /SERVFAIL/],
  ] as const)("%s", (_, answer, expected, problem) => {
    const found = problemOf(answer, SERVICE, expected);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });
});

it("tells growth from warming up", () => {
  const samples = Array.from({ length: 61 }, (_, i) => ({ at: i * 10, mib: i < 20 ? 50 + i : 70 }));
  expect(growthOf(samples)).toMatchObject({ minutes: 10, firstMiB: 50, lastMiB: 70, mibPerMinute: 0 });
  expect(growthOf(samples)?.seriesMiB.slice(0, 5)).toEqual([50, 56, 62, 68, 70]);
  const leaking = samples.map(({ at, mib }) => ({ at, mib: mib + at / 60 }));
  expect(growthOf(leaking)?.mibPerMinute).toBe(1);
});

it("draws the same numbers for the same seed", () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seeded(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(7).every((number) => number >= 0 && number < 1)).toBe(true);
});
