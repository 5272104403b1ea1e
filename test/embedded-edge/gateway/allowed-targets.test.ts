import { describe, expect, it } from "vitest";
import { allowedTargets } from "../../../embedded-edge/gateway/allowed-targets.ts";
import { OptionError } from "../../../embedded-edge/index.ts";

describe("allowed targets", () => {
  it.each([
    ["within a range", ["10.0.0.0/8"], "10.244.3.7", true],
    ["outside of it", ["10.0.0.0/8"], "11.0.0.1", false],
    ["of the other family", ["10.0.0.0/8"], "fd00::1", false],
    ["within an IPv6 range", ["10.0.0.0/8", "fd00::/8"], "fd00::1", true],
    ["with no ranges", [], "10.0.0.1", false],
    ["link-local, everything allowed", ["0.0.0.0/0"], "169.254.169.254", false],
    ["link-local IPv6, everything allowed", ["::/0"], "fe80::1", false],
    ["metadata over IPv6, everything allowed", ["::/0"], "fd00:ec2::254", false],
    ["loopback, everything allowed", ["0.0.0.0/0"], "127.0.0.1", false],
    ["loopback by its own range", ["127.0.0.0/8"], "127.0.0.1", true],
    ["IPv6 loopback by its own range", ["::1/128"], "::1", true],
    ["a metadata address among private ones", ["100.64.0.0/10"], "100.100.100.200", false],
    ["link-local by a range that spills over", ["169.254.0.0/15"], "169.254.1.1", false],
    ["link-local by a range within", ["169.254.20.0/24"], "169.254.20.1", true],
    ["link-local by another range within", ["169.254.20.0/24", "0.0.0.0/0"], "169.254.21.1", false],
  ])("%s", (_, ranges, address, expected) => {
    expect(allowedTargets(ranges)(address)).toBe(expected);
  });

  it("names a range that is none", () => {
    expect(() => allowedTargets(["10.0.0.0"])).toThrow(OptionError);
    expect(() => allowedTargets(["10.0.0.0/33"])).toThrow("target 10.0.0.0/33");
  });
});
