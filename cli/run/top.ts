import { setTimeout as sleep } from "node:timers/promises";
import { askJson } from "../ask-edge.ts";
import { type TrafficAnswer, trafficSchema } from "../edge-api.ts";
import { CommandError } from "../exit.ts";
import { openScreen, type Screen } from "../screen.ts";
import { stoppable } from "../stoppable.ts";
import type { TopFlags } from "../top.ts";
import { topLines, topRows, type TopView } from "../top-text.ts";

/** @throws CommandError | UsageError */
export async function runTop(flags: TopFlags): Promise<void> {
  if (process.stdout.isTTY && flags.json !== true) return live(flags);
  const looks = flags.count ?? (flags.json === true ? Number.POSITIVE_INFINITY : 1);
  const stop = new AbortController();
  // Whoever reads may have seen enough (`| head`).
  const onError = () => stop.abort();
  process.stdout.on("error", onError);
  try {
    await plain(flags, looks, stop.signal);
  } finally {
    process.stdout.off("error", onError);
  }
}

async function plain(flags: TopFlags, looks: number, signal: AbortSignal): Promise<void> {
  const view = { kind: flags.by, order: flags.sort };
  const isOver = () => signal.aborted;
  for (let look = 1; look <= looks && !isOver(); look++) {
    const traffic = await ask(flags);
    if (isOver()) return;
    const text =
      flags.json === true ? jsonLine(traffic, view) : topLines(traffic, view, flags.rows).join("\n");
    process.stdout.write(`${look > 1 && flags.json !== true ? "\n" : ""}${text}\n`);
    if (look < looks) await pause(flags.interval, signal);
  }
}

/** One look, sorted as it would be shown. */
function jsonLine(traffic: TrafficAnswer, view: TopView): string {
  const time = new Date().toISOString();
  if (traffic === null) return JSON.stringify({ time, summary: null, by: view.kind, rows: [] });
  const { summary, minutes } = traffic;
  return JSON.stringify({ time, summary, minutes, by: view.kind, rows: topRows(traffic, view) });
}

const KINDS: Readonly<Record<string, TopView["kind"]>> = { h: "hosts", s: "services", e: "endpoints" };
const ORDERS: Readonly<Record<string, TopView["order"]>> = { r: "requests", x: "errors", l: "latency" };
const HELP = "h hosts  s services  e endpoints    sort: r requests  x errors  l latency    q quit";
/** In raw mode Ctrl-C and Ctrl-D are no signals. */
const QUIT = new Set(["q", "Q", "\u0003", "\u0004"]);
/** Lines around the rows: summary (2), caption, blank, header, `and … more`, blank, help, and one for a problem. */
const FRAME = 9;

async function live(flags: TopFlags): Promise<void> {
  let view: TopView = { kind: flags.by, order: flags.sort };
  let screen: Screen | undefined;
  // A first look that fails is told as of every command, and not on a screen that is gone at once.
  let traffic = await ask(flags);
  let problem = "";
  const stop = new AbortController();
  const isOver = () => stop.signal.aborted;
  const draw = () => {
    if (screen === undefined) return;
    const lines = topLines(traffic, view, screen.rows - FRAME);
    screen.draw([...lines, "", ...(problem === "" ? [] : [problem]), HELP]);
  };
  const onKey = (key: string) => {
    if (QUIT.has(key)) return stop.abort();
    view = { kind: KINDS[key] ?? view.kind, order: ORDERS[key] ?? view.order };
    return draw();
  };
  await stoppable(
    async () => {
      screen = openScreen({ output: process.stdout, input: process.stdin, onKey, onResize: draw });
      for (let look = 1; !isOver(); look++) {
        draw();
        if (look >= (flags.count ?? Number.POSITIVE_INFINITY)) break;
        await pause(flags.interval, stop.signal);
        if (isOver()) break;
        try {
          traffic = await ask(flags);
          problem = "";
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          problem = error.message;
        }
      }
    },
    async () => {
      stop.abort();
      screen?.close();
    },
  );
}

function ask(flags: TopFlags): Promise<TrafficAnswer> {
  return askJson(flags, "tell its traffic", "/api/traffic", trafficSchema);
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
