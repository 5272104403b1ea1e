import type { StubLog } from "../../../dns-stub/index.ts";

/** A log to look at, as one text. */
export function recordingLog(): StubLog & { text(): string } {
  const lines: string[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return {
    text: () => lines.join("\n"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
