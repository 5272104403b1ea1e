import { describe, expect, it, test } from "vitest";
import type { AccessRecord } from "../../../../worker/observe/access-record.ts";
import { failingServices } from "../../../../worker/system/state/failing.ts";
import { failureOf, failuresFound } from "../../../../worker/system/state/failures.ts";

const record = (more: Partial<AccessRecord>): AccessRecord => ({
  time: "2026-11-29T02:41:12.345Z",
  requestId: "f2e1054a",
  traceId: "0",
  method: "GET",
  host: "shop.test",
  path: "/cart",
  status: 502,
  ingress: "shop/web",
  backend: "shop/cart:80",
  endpoint: "10.0.0.9:8080",
  tries: 1,
  durationMs: 3,
  ...more,
});

test.each<[Partial<AccessRecord>, string]>([
  [{ fault: "dial" }, "No connection to 10.0.0.9:8080 could be made: is the pod there, and does it listen?"],
  [
    { fault: "dial", tries: 3 },
    "No connection to 10.0.0.9:8080 could be made after 3 tries: is the pod there",
  ],
  [{ fault: "reset" }, "The connection to 10.0.0.9:8080 broke off before it had answered."],
  [{ fault: "timeout", status: 504 }, "No answer came from 10.0.0.9:8080 in time."],
  [{ fault: "target" }, "The gateway may not connect to 10.0.0.9:8080"],
  [{ fault: "secret" }, "The gateway does not know this edge"],
  [{ upstreamStatus: 500, status: 500 }, "10.0.0.9:8080 answered 500 itself."],
  [{ status: 503, tries: 0, endpoint: undefined }, "No endpoint of shop/cart:80 is ready."],
  [{ status: 503, tries: 0, backend: undefined, endpoint: undefined }, "The rule leads to no Service"],
  [{ status: 503, limit: "rate" }, "A limit (rate) refused it."],
  [
    { status: 503, ingress: undefined, backend: undefined, tries: 0 },
    "The edge failed before it found a rule",
  ],
  [{ status: 500, tries: 0, backend: undefined }, "The edge answered so itself"],
])("says why: %o", (more, reason) => {
  expect(failureOf(record(more)).reason).toContain(reason);
});

test.each([
  ["", 2],
  ["  F2E1054A ", 1],
  ["shop.test/cart", 1],
  ["other/web", 1],
  ["10.0.0.9", 1],
  ["nobody", 0],
])("finds %j", (query, count) => {
  const other = record({
    requestId: "0",
    host: "b.test",
    path: "/",
    ingress: "other/web",
    backend: "other/web:80",
    endpoint: undefined,
  });
  expect(failuresFound([record({}), other], query)).toHaveLength(count);
});

describe("Services that fail", () => {
  const flow = (service: string, requests: number, errors: number) => ({
    host: "shop.test",
    service,
    endpoint: "10.0.0.9:8080",
    requests,
    errors,
    timed: 0,
    tookMs: 0,
  });

  it("are those with several failed tries, a noticeable share, and no better reason; the worst first", () => {
    const flows = [
      flow("shop/few:80", 2, 2),
      flow("shop/busy:80", 1000, 20),
      flow("shop/down:80", 10, 10),
      flow("shop/half:80", 4, 2),
      flow("shop/half:80", 4, 2),
      flow("shop/cart:80", 10, 9),
    ];
    expect(failingServices(flows, [record({ fault: "dial" })], new Set(["shop/down"]))).toEqual([
      {
        service: "shop/cart:80",
        tries: 10,
        failed: 9,
        reason: "No connection to 10.0.0.9:8080 could be made: is the pod there, and does it listen?",
      },
      { service: "shop/half:80", tries: 8, failed: 4, reason: null },
    ]);
  });
});
