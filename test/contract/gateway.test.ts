import fc from "fast-check";
import { expect, it, test } from "vitest";
import { decodeTimeouts, encodeTimeouts } from "../../contract/index.ts";

const ms = fc.option(fc.integer({ min: 1, max: 999_999_999 }), { nil: undefined });

it("timeouts are read as they were written", () => {
  fc.assert(
    fc.property(fc.record({ connectMs: ms, readMs: ms, sendMs: ms }), (timeouts) => {
      const text = encodeTimeouts(timeouts);
      if (text === undefined) expect(Object.values(timeouts)).toEqual([undefined, undefined, undefined]);
      else expect(decodeTimeouts(text)).toEqual(timeouts);
    }),
  );
});

test.each(["", "5000", ",", "1,2,3,4", "1.5,,", " 1,,", "1e3,,", "-1,,", "9999999999999,,"])(
  "timeouts are not %j",
  (text) => {
    expect(decodeTimeouts(text)).toBeUndefined();
  },
);
