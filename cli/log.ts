import { pino } from "pino";
import { build as pretty } from "pino-pretty";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Log = pino.Logger;

/** JSON lines on stderr; for people when stderr is a terminal. */
export function createLog(level: LogLevel): Log {
  const destination = { dest: 2, sync: true };
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  if (!process.stderr.isTTY) return pino(options, pino.destination(destination));
  return pino(options, pretty({ destination: 2, sync: true, translateTime: "SYS:HH:MM:ss", colorize: true }));
}
