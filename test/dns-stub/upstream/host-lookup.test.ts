import { describe, expect, it } from "vitest";
import { type FindAddresses, rememberingLookup } from "../../../dns-stub/upstream/host-lookup.ts";

const V4 = { address: "192.0.2.1", family: 4 };
const V6 = { address: "2001:db8::1", family: 6 };

function lookUp(lookup: ReturnType<typeof rememberingLookup>, options: object): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  lookup("doh.test", options, (error, address, family) =>
    resolve(error === null ? (family === undefined ? address : { address, family }) : error.code),
  );
  return promise;
}

describe("a lookup gives what net.connect() asks for", () => {
  it.each<[object, (typeof V4)[], unknown]>([
    [{ all: true }, [V6, V4], [V6, V4]],
    [{ all: true, family: 4 }, [V6, V4], [V4]],
    [{ all: true, family: 0 }, [V6, V4], [V6, V4]],
    [{}, [V6, V4], V6],
    [{ family: 4 }, [V6, V4], V4],
    [{ family: 6 }, [V4], "ENOTFOUND"],
    [{ all: true }, [], "ENOTFOUND"],
  ])("%j of %j", async (options, found, expected) => {
    expect(
      await lookUp(
        rememberingLookup(async () => found),
        options,
      ),
    ).toEqual(expected);
  });
});

describe("when a lookup fails", () => {
  const failing: FindAddresses = async () => {
    throw Object.assign(new Error("no DNS"), { code: "EAI_AGAIN" });
  };

  it("says so the first time", async () => {
    expect(await lookUp(rememberingLookup(failing), { all: true })).toBe("EAI_AGAIN");
  });

  it("gives what was found before", async () => {
    let find: FindAddresses = async () => [V4];
    const lookup = rememberingLookup((hostname) => find(hostname));
    await lookUp(lookup, { all: true });
    find = failing;
    expect(await lookUp(lookup, { all: true })).toEqual([V4]);
    find = async () => [V6];
    expect(await lookUp(lookup, { all: true })).toEqual([V6]);
  });

  it("does not wait long for what asks this very stub", async () => {
    let find: FindAddresses = async () => [V4];
    const lookup = rememberingLookup((hostname) => find(hostname), 1);
    await lookUp(lookup, { all: true });
    const never = Promise.withResolvers<never>();
    find = () => never.promise;
    expect(await lookUp(lookup, { all: true })).toEqual([V4]);
  });
});
