import type { EdgeLog } from "../../../embedded-edge/index.ts";

export interface LogLine {
  readonly level: keyof EdgeLog;
  readonly message: string;
  readonly fields: object;
}

/** A log to look at. */
export function recordingLog(): EdgeLog & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof EdgeLog) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
