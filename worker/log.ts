/** One JSON line to the platform's log. Never a secret, a cookie or an Authorization value. */
export type Log = (level: "info" | "warn" | "error", fields: object, message: string) => void;

export const consoleLog: Log = (level, fields, message) => {
  // oxlint-disable-next-line no-console -- in a Worker the console is the log
  console[level](JSON.stringify({ level, msg: message, ...fields }));
};

export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
