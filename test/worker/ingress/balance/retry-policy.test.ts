import { describe, expect, it, test } from "vitest";
import type { Forwarding, GatewayFault } from "../../../../contract/index.ts";
import { retryPolicyOf } from "../../../../worker/ingress/balance/retry-policy.ts";

const outcome = (text: string): GatewayFault | Response =>
  /^\d+$/.test(text) ? new Response(null, { status: Number(text) }) : (text as GatewayFault);

describe("another endpoint is tried", () => {
  test.each<[string, Forwarding["retryOn"], string, string, boolean]>([
    ["by default after a failed dial", undefined, "GET", "dial", true],
    ["by default after a failed dial of a POST", undefined, "POST", "dial", true],
    ["by default after a reset", undefined, "GET", "reset", true],
    ["by default after a timeout", undefined, "PUT", "timeout", true],
    ["not after a reset of a POST", undefined, "POST", "reset", false],
    ["not after a reset of a PATCH", undefined, "PATCH", "reset", false],
    ["not after a timeout of a LOCK", undefined, "LOCK", "timeout", false],
    ["not after a 503 unless asked for", undefined, "GET", "503", false],
    ["after a 503 where asked for", [503], "GET", "503", true],
    ["not after a 502 where only 503 is asked for", [503], "GET", "502", false],
    ["not after a 503 of a POST", [503], "POST", "503", false],
    ["after a 503 of a POST where it may happen twice", [503, "non_idempotent"], "POST", "503", true],
    ["after a reset of a POST where it may happen twice", ["error", "non_idempotent"], "POST", "reset", true],
    ["after a broken answer where only those are named", ["invalid_header"], "GET", "reset", true],
    ["not after a reset where only timeouts are named", ["timeout"], "GET", "reset", false],
    ["after a dial that timed out where only timeouts are named", ["timeout"], "GET", "dial", true],
    ["never when it is off", [], "GET", "dial", false],
    ["not where the gateway refuses the target", undefined, "GET", "target", false],
    ["not where the gateway refuses the edge", undefined, "GET", "secret", false],
  ])("%s", (_, retryOn, method, met, expected) => {
    expect(retryPolicyOf(retryOn && { retryOn }).applies(outcome(met), method)).toBe(expected);
  });

  it("twice by default, as often as asked for, or without end", () => {
    expect([undefined, { tries: 5 }, { tries: 0 }].map((it) => retryPolicyOf(it).tries)).toEqual([
      3,
      5,
      Infinity,
    ]);
  });
});
