/** `lintel top` in a real terminal: it draws over its screen, follows keys and sizes, and leaves all as it was. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeEdge, startFakeEdge, TRAFFIC_ANSWER } from "../cli/support/edge-answers.ts";
import { run } from "./support/lintel.ts";
import { Terminal } from "./support/terminal.ts";
import { isMissing } from "./support/tools.ts";

const ENTER = "\u001B[?1049h\u001B[?25l";
const LEAVE = "\u001B[?25h\u001B[?1049l";
const LARGE = { rows: 24, columns: 100 };

let edge: FakeEdge;
let terminal: Terminal | undefined;

beforeEach(async () => {
  edge = await startFakeEdge();
});
afterEach(async () => {
  await terminal?.stop();
  terminal = undefined;
  edge.close();
});

function top(...args: readonly string[]): Terminal {
  terminal = new Terminal(["top", "--edge-url", edge.url, "--interval", "1", ...args], LARGE);
  return terminal;
}

describe.skipIf(isMissing("script"))("in a terminal (needs `script`)", () => {
  it("draws over its screen as numbers change", async () => {
    const shown = top();
    const first = await shown.shows((screen) => screen.includes("12,000"));
    expect(first.find((line) => line.startsWith("HOST"))).toMatch(/REQUESTS ▼ +ERRORS +SHARE +MEAN$/);
    const hosts = [{ host: "shop.test", requests: 54_321, errors: 2 }];
    edge.answer = { status: 200, body: JSON.stringify({ ...TRAFFIC_ANSWER, hosts }) };
    const next = await shown.shows((screen) => screen.includes("54,321"));
    expect(next.join("\n")).not.toContain("12,000");
    expect(shown.output.split(ENTER)).toHaveLength(2);
  });

  it("lists and sorts by what its keys say", async () => {
    const shown = top("--sort", "errors");
    await shown.shows((screen) => screen.includes("ERRORS ▼"));
    shown.press("e");
    const endpoints = await shown.shows((screen) => screen.includes("10.0.0.2:8080"));
    expect(endpoints.findIndex((line) => line.startsWith("10.0.0.2"))).toBeLessThan(
      endpoints.findIndex((line) => line.startsWith("10.0.0.1")),
    );
    shown.press("l");
    await shown.shows((screen) => screen.includes("MEAN ▼"));
    shown.press("s");
    await shown.shows((screen) => screen.includes("SERVICE ") && !screen.includes("ENDPOINT"));
  });

  it("fits itself into another size at once", async () => {
    const shown = top("--interval", "600");
    await shown.shows((screen) => screen.includes("new.test"));
    await shown.resize({ rows: 10, columns: 30 });
    // Rows and columns are set one after the other.
    const fits = (screen: string) => screen.split("\n").every((line) => line.length <= 30);
    const small = await shown.shows((screen) => fits(screen) && screen.includes("and 2 more"));
    expect(small.length).toBeLessThanOrEqual(10);
    expect(small.at(-1)).toMatch(/^h hosts/);
    await shown.resize(LARGE);
    await shown.shows((screen) => screen.includes("new.test"));
  });

  it("stays, and says so, while the edge does not answer", async () => {
    const shown = top();
    await shown.shows((screen) => screen.includes("12,000"));
    edge.answer = { status: 500, body: "broken" };
    await shown.shows((screen) => screen.includes("12,000") && screen.includes("its traffic: broken"));
    edge.answer = undefined;
    await shown.shows((screen) => screen.includes("12,000") && !screen.includes("broken"));
  });

  it.each([
    ["q", "q"],
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("ends with %s, and leaves the terminal as it was", async (_, key) => {
    const shown = top();
    await shown.shows((screen) => screen.includes("12,000"));
    shown.press(key);
    const { code, before, after } = await shown.ended();
    expect([code, after]).toEqual([0, before]);
    expect(before).not.toBe("");
    expect(shown.output.indexOf(LEAVE)).toBeGreaterThan(shown.output.lastIndexOf("\u001B[H"));
  });

  it("ends by itself after as many looks as are asked for", async () => {
    const shown = top("--count", "2");
    const { code, before, after } = await shown.ended();
    expect([code, after]).toEqual([0, before]);
    expect(edge.asked).toHaveLength(2);
  });

  it("tells of an edge that cannot be asked without a screen", async () => {
    edge.answer = { status: 401, body: "" };
    const shown = top();
    expect((await shown.ended()).code).toBe(1);
    expect(shown.output).not.toContain("\u001B[");
    expect(shown.output).toContain("--token");
  });
});

it("is plain where it is piped", async () => {
  const { code, stdout } = await run(["top", "--edge-url", edge.url, "--count", "2", "--interval", "1"]);
  expect(code).toBe(0);
  expect(stdout).not.toContain("\u001B");
  expect(stdout.match(/^HOST +REQUESTS ▼/gm)).toHaveLength(2);
});
