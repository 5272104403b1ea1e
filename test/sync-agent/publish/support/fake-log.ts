import type { Logger } from "../../../../sync-agent/report/logger.ts";

export interface FakeLog extends Logger {
  /** `warn message`, in their order. */
  readonly lines: string[];
  readonly fields: object[];
}

export function createFakeLog(): FakeLog {
  const lines: string[] = [];
  const fields: object[] = [];
  const at = (level: string) => (more: object, message: string) => {
    lines.push(`${level} ${message}`);
    fields.push(more);
  };
  return { lines, fields, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
