import { describe, expect, test } from "vitest";
import {
  claimed,
  LeaseUnreadableError,
  microTime,
  readLease,
  released,
} from "../../../sync-agent/lease/lease.ts";

const NOW = Date.parse("2026-11-23T22:00:00.007Z");
const WRITTEN = "2026-11-23T22:00:00.007000Z";
const claim = { namespace: "lintel", name: "agent", identity: "a", leaseDuration: 15_000 };

const held = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { namespace: "lintel", name: "agent", resourceVersion: "7", labels: { team: "edge" } },
  spec: {
    holderIdentity: "b",
    leaseDurationSeconds: 20,
    acquireTime: "2026-11-23T20:00:00.000000Z",
    renewTime: "2026-11-23T21:59:59.000000Z",
    leaseTransitions: 3,
    strategy: "OldestEmulationVersion",
  },
};

test("a MicroTime has six digits of fraction", () => {
  expect(microTime(NOW)).toBe(WRITTEN);
  expect(microTime(0)).toBe("1970-01-01T00:00:00.000000Z");
});

describe("reading", () => {
  test.each([
    ["a lease that is held", held, "b", 20_000],
    ["one that is released", { ...held, spec: { holderIdentity: "", leaseDurationSeconds: 1 } }, "", 1000],
    ["one that nobody ever held", { metadata: { resourceVersion: "1" } }, "", undefined],
    ["nulls", { ...held, spec: { holderIdentity: null, leaseDurationSeconds: null } }, "", undefined],
  ])("%s", (_name, object, holder, duration) => {
    expect(readLease(object)).toMatchObject({ holder, duration });
  });

  test("the record tells of the election and not of metadata", () => {
    const relabelled = { ...held, metadata: { ...held.metadata, resourceVersion: "8", labels: {} } };
    const renewed = { ...held, spec: { ...held.spec, renewTime: WRITTEN } };
    expect(readLease(relabelled).record).toBe(readLease(held).record);
    expect(readLease(renewed).record).not.toBe(readLease(held).record);
  });

  test.each([[undefined], ["<html>"], [{ kind: "Status" }], [{ metadata: {} }]])(
    "%j is no Lease",
    (answer) => {
      expect(() => readLease(answer)).toThrow(LeaseUnreadableError);
    },
  );
});

describe("claiming", () => {
  test("a lease that there is not yet", () => {
    expect(claimed(undefined, { ...claim, leaseDuration: 1500 }, NOW)).toEqual({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { namespace: "lintel", name: "agent" },
      spec: {
        holderIdentity: "a",
        leaseDurationSeconds: 2,
        acquireTime: WRITTEN,
        renewTime: WRITTEN,
        leaseTransitions: 0,
      },
    });
  });

  test("somebody else's counts a transition, and keeps what others put there", () => {
    expect(claimed(readLease(held), claim, NOW)).toEqual({
      ...held,
      spec: {
        ...held.spec,
        holderIdentity: "a",
        leaseDurationSeconds: 15,
        acquireTime: WRITTEN,
        renewTime: WRITTEN,
        leaseTransitions: 4,
      },
    });
  });

  test("our own keeps when it was acquired, and counts nothing", () => {
    expect(claimed(readLease(held), { ...claim, identity: "b" }, NOW)).toEqual({
      ...held,
      spec: { ...held.spec, leaseDurationSeconds: 15, renewTime: WRITTEN },
    });
  });
});

test("releasing leaves it to anybody, as client-go does", () => {
  expect(released(readLease(held), NOW)).toEqual({
    ...held,
    spec: {
      ...held.spec,
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: WRITTEN,
      renewTime: WRITTEN,
    },
  });
});
