/** The access log as the command writes it: with the rest of its log, on stderr. */
import type { LogLevel } from "./log.ts";

interface Flags {
  readonly logLevel: LogLevel;
  readonly accessLog: string;
}

export interface AccessLogOptions {
  readonly accessLog: string;
  readonly onAccess: (lines: string) => void;
}

/** Its lines are of level info: who wants to see warnings only sees none of them. */
export function accessLogOf({ logLevel, accessLog }: Flags): AccessLogOptions {
  const isWanted = logLevel === "info" || logLevel === "debug";
  const { stderr } = process;
  return {
    accessLog: isWanted ? accessLog : "off",
    onAccess: stderr.isTTY
      ? (lines) => void stderr.write(readable(lines))
      : (lines) => void stderr.write(lines),
  };
}

/** One short line a request, for people. */
export function readable(lines: string): string {
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => `${textOf(JSON.parse(line) as Line)}\n`)
    .join("");
}

/** What is read of a line; worker/observe/access-record.ts has all of it. */
interface Line {
  readonly time: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly totalMs: number;
  readonly tries: number;
  readonly client?: string;
  readonly ingress?: string;
  readonly endpoint?: string;
  readonly fault?: string;
  readonly cache?: string;
  readonly limit?: string;
}

function textOf(line: Line): string {
  const { time, method, host, path, status, totalMs, tries, client, ingress, endpoint } = line;
  const said = [
    ingress,
    endpoint && `→ ${endpoint}`,
    tries > 1 && `(${tries} tries)`,
    line.fault,
    line.cache && `cache ${line.cache}`,
    line.limit && `limit ${line.limit}`,
  ].filter((part) => typeof part === "string");
  return [
    `[${time.slice(11, 19)}]`,
    client ?? "-",
    method,
    `${host}${path}`,
    status,
    `${totalMs} ms`,
    ...said,
  ].join(" ");
}
