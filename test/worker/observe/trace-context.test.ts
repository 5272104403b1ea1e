import { describe, expect, test } from "vitest";
import { isTraceState, passTrace, traceContextOf, traceIdOf } from "../../../worker/observe/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const OPTIONS = {
  sampled: 1,
  random: () => 0.5,
  fill: (bytes: Uint8Array) => void bytes.fill(0xab),
};
const BEGUN = "ab".repeat(16);

describe("traceparent", () => {
  test.each([
    ["as it should be", `00-${TRACE}-${SPAN}-01`, true],
    ["with flags of Level 2", `00-${TRACE}-${SPAN}-03`, true],
    ["with flags that nobody knows", `00-${TRACE}-${SPAN}-ff`, true],
    ["of a later version", `cc-${TRACE}-${SPAN}-01`, true],
    ["of a later version with more behind", `cc-${TRACE}-${SPAN}-01-what-the-future-holds`, true],
    ["of a later version with more, but no dash", `cc-${TRACE}-${SPAN}-01.what`, false],
    ["of version 00 with more behind", `00-${TRACE}-${SPAN}-01-what`, false],
    ["of the forbidden version", `ff-${TRACE}-${SPAN}-01`, false],
    ["with a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`, false],
    ["with a parent of zeros", `00-${TRACE}-${"0".repeat(16)}-01`, false],
    ["in capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
    ["with too short a trace", `00-${TRACE.slice(1)}-${SPAN}-01`, false],
    ["with too long a parent", `00-${TRACE}-${SPAN}0-01`, false],
    ["with one digit of flags", `00-${TRACE}-${SPAN}-1`, false],
    ["with a version of one digit", `0-${TRACE}-${SPAN}-01`, false],
    ["twice in one", `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`, false],
    ["empty", "", false],
  ])("%s", (_, text, isValid) => {
    expect(traceIdOf(text)).toBe(isValid ? TRACE : undefined);
  });
});

describe("tracestate", () => {
  test.each([
    ["one member", "congo=t61rcWkgMzE", true],
    ["two, with spaces around", "rojo=00f067 ,\tcongo=t61", true],
    ["empty members", "rojo=1,,congo=2,", true],
    ["a key with its tenant", "fw529a3039@dt=FfffffC", true],
    ["punctuation in a key and a value", "a-_*/b=!\"#$%&'()*+-./:;<>?@[]^_`{|}~", true],
    ["32 members", Array.from({ length: 32 }, (_, n) => `k${n}=1`).join(","), true],
    ["33 members", Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(","), false],
    ["the same key twice", "a=1,a=2", false],
    ["a capital in a key", "A=1", false],
    ["a space in a key", "a b=1", false],
    ["an equals sign in a value", "a=1=2", false],
    ["no value", "a=", false],
    ["no equals sign", "a", false],
    ["a character that is none of ASCII", "a=é", false],
  ])("%s", (_, text, isValid) => {
    expect(isTraceState(text)).toBe(isValid);
  });
});

describe("what goes on to the upstream", () => {
  const pass = (given: Record<string, string>, span?: { traceId: string; spanId: string }) => {
    const headers = new Headers(given);
    const trace = traceContextOf(headers.get("traceparent"), headers.get("tracestate"), OPTIONS, span);
    passTrace(headers, trace);
    const { traceparent, tracestate } = Object.fromEntries(headers);
    return { traceparent, ...(tracestate !== undefined && { tracestate }), traceId: trace.traceId };
  };
  const sound = { traceparent: `00-${TRACE}-${SPAN}-00`, tracestate: "congo=t61" };
  const begun = { traceparent: `00-${BEGUN}-${"ab".repeat(8)}-03`, traceId: BEGUN };

  test.each<[string, Record<string, string>, object]>([
    ["a sound context, as it came", sound, { ...sound, traceId: TRACE }],
    ["a new one where there is none", {}, begun],
    ["a new one, without the old state, where it is malformed", { ...sound, traceparent: "00-1-2-3" }, begun],
    ["a new one where there is a state alone", { tracestate: "congo=t61" }, begun],
    [
      "a sound context without a state that is malformed",
      { ...sound, tracestate: "a=1,a=2" },
      { traceparent: sound.traceparent, traceId: TRACE },
    ],
  ])("%s", (_, given, expected) => {
    expect(pass(given)).toEqual(expected);
  });

  test("the platform's own span is the parent where it traces and the client does not", () => {
    const span = { traceId: "c".repeat(32), spanId: "d".repeat(16) };
    expect(pass({}, span).traceparent).toBe(`00-${span.traceId}-${span.spanId}-01`);
    expect(pass(sound, span)).toEqual({ ...sound, traceId: TRACE });
  });

  test("of new traces a share is marked as sampled", () => {
    const flags = (sampled: number) =>
      traceContextOf(null, null, { ...OPTIONS, sampled }).replaced?.split("-")[3];
    expect([0, 0.4, 0.6, 1].map(flags)).toEqual(["02", "02", "03", "03"]);
  });

  test("random digits that are all zeros still name a trace", () => {
    const { replaced = "" } = traceContextOf(null, null, { ...OPTIONS, fill: (bytes) => void bytes.fill(0) });
    expect(traceIdOf(replaced)).toBeDefined();
  });
});
