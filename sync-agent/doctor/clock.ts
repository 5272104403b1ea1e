/** Whether this machine's clock agrees with a server's, by the Date header of an answer (RFC 9110 6.6.1). */
import { problemOf } from "../publish/error.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";

export interface ClockCheck {
  /** `clock api`. */
  readonly name: string;
  /** Any answer will do, also a refusal. */
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of the request, in milliseconds. */
  readonly timeoutMs: number;
}

const WARN_MS = 5_000;
const FAIL_MS = 60_000;

export async function checkClock({ name, url, fetch, now, timeoutMs }: ClockCheck): Promise<Finding> {
  const sent = now();
  let date: string | null;
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    date = response.headers.get("date");
  } catch (error) {
    return skip(name, `${url} cannot be reached: ${problemOf(error)}`);
  }
  const received = now();
  const server = Date.parse(date ?? "");
  if (Number.isNaN(server)) return skip(name, `${url} says no date`);
  // The header was written at some moment between, and leaves out the fraction of its second.
  const ahead = Math.max(0, sent - (server + 999)) - Math.max(0, server - received);
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (Math.abs(ahead) <= WARN_MS) return ok(name, `differs by no more than ${WARN_MS / 1000} s`);
  const detail = `this machine's clock is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} that of ${new URL(url).host}`;
  const remedy = "synchronise the clocks (NTP) where this runs, and where the agent runs";
  return Math.abs(ahead) > FAIL_MS ? fail(name, detail, remedy) : warn(name, detail, remedy);
}
