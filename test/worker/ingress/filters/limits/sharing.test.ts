import { beforeEach, expect, it } from "vitest";
import type { Answer, LimitPeers, Report } from "../../../../../worker/limits/exchange.ts";
import { rateOf, REQUEST } from "../../../../../worker/limits/rate.ts";
import { Bucket } from "../../../../../worker/ingress/filters/limits/bucket.ts";
import { Sharing } from "../../../../../worker/ingress/filters/limits/sharing.ts";
import { Counts } from "../../../../../worker/ingress/filters/limits/underway.ts";
import { VirtualTime } from "../../../limits/virtual-time.ts";

let time: VirtualTime;
let reports: { readonly at: number; readonly shard: number; readonly report: Report }[];
let answer: () => Promise<Answer>;
let logged: string[];
let start: number;

beforeEach(() => {
  time = new VirtualTime();
  start = time.now;
  reports = [];
  logged = [];
  answer = async () => ({ standings: [], underway: [] });
});

function sharing(): Sharing {
  const peers: LimitPeers = (shard, report) => {
    reports.push({ at: time.now - start, shard, report });
    return answer();
  };
  return new Sharing(
    {
      now: () => time.now,
      random: () => 0.5,
      delay: time.delay,
      waitUntil: () => undefined,
      log: (_, __, message) => void logged.push(message),
    },
    peers,
  );
}

const bucketOf = (key: string) => new Bucket(key, rateOf(10, "second", 1), time.now);

function use(shared: Sharing, bucket: Bucket): void {
  bucket.asks(time.now);
  bucket.passes();
  shared.used(bucket);
}

it("tells of the first use at once, and then every half a second", async () => {
  const shared = sharing();
  const bucket = bucketOf("k");
  for (let i = 0; i < 12; i++) {
    use(shared, bucket);
    await time.pass(100);
  }
  await time.pass(2_000);
  expect(reports.map(({ at, report }) => [at, report.uses[0]?.passed])).toEqual([
    [0, 1],
    [500, 4],
    [1_000, 5],
    [1_500, 2],
  ]);
});

it("says nothing while nothing is used", async () => {
  sharing();
  await time.pass(5_000);
  expect(reports).toEqual([]);
});

it("tells each object of its own keys", async () => {
  const shared = sharing();
  const buckets = Array.from({ length: 40 }, (_, i) => bucketOf(`key-${i}`));
  // The first use is told of at once.
  for (const bucket of buckets) use(shared, bucket);
  await time.pass(1_000);
  const told = reports.flatMap(({ shard, report }) => report.uses.map(({ key }) => [key, shard] as const));
  expect(new Map(told)).toEqual(new Map(buckets.map(({ key, shard }) => [key, shard])));
  expect(told).toHaveLength(40);
  expect(new Set(reports.map(({ report }) => report.isolate)).size).toBe(1);
});

it("hears of others", async () => {
  answer = async () => ({ standings: [{ level: 9 * REQUEST, share: 1 }], underway: [] });
  const shared = sharing();
  const bucket = bucketOf("k");
  use(shared, bucket);
  await time.pass(0);
  expect(bucket.remaining(time.now)).toBe(2);
});

it("hears how many requests others have underway", async () => {
  answer = async () => ({ standings: [], underway: [4] });
  const shared = sharing();
  const counts = new Counts();
  const count = counts.of("k");
  counts.begin(count);
  shared.changed(count);
  await time.pass(0);
  expect(reports[0]?.report.underway).toEqual([{ key: "k", count: 1 }]);
  expect(count.total(time.now)).toBe(5);
  await time.pass(15_000);
  expect(count.total(time.now)).toBe(1);
});

it("asks an object that does not answer again only after two seconds, and then with all that was used", async () => {
  answer = () => new Promise(() => undefined);
  const shared = sharing();
  const bucket = bucketOf("k");
  for (let i = 0; i < 25; i++) {
    use(shared, bucket);
    await time.pass(100);
  }
  expect(reports.map(({ at, report }) => [at, report.uses[0]?.passed])).toEqual([
    [0, 1],
    [2_000, 19],
  ]);
});

it("does not go by an answer that is too old", async () => {
  answer = async () => {
    await time.delay(2_000);
    return { standings: [{ level: 11 * REQUEST, share: 1 }], underway: [] };
  };
  const shared = sharing();
  const bucket = bucketOf("k");
  use(shared, bucket);
  await time.pass(2_000);
  expect(bucket.remaining(time.now)).toBe(11);
});

it("goes on where an object fails, and says so once a minute", async () => {
  answer = () => Promise.reject(new Error("gone"));
  const shared = sharing();
  const bucket = bucketOf("k");
  for (let i = 0; i < 4; i++) {
    use(shared, bucket);
    await time.pass(1_000);
  }
  expect(reports).toHaveLength(4);
  expect(logged).toEqual(["use of limits is not shared"]);
  await time.pass(60_000);
  use(shared, bucket);
  await time.pass(0);
  expect(logged).toHaveLength(2);
});

it.each([
  ["back", -3_600_000],
  ["forth", 3_600_000],
])("goes on where the clock is set %s", async (_, jump) => {
  const shared = sharing();
  const bucket = bucketOf("k");
  use(shared, bucket);
  use(shared, bucket);
  await time.pass(10);
  time.now += jump;
  use(shared, bucket);
  await time.pass(600);
  expect(reports.length).toBeGreaterThanOrEqual(2);
  expect(reports.map(({ report }) => report.uses[0]?.passed)).toEqual([2, 1]);
});
