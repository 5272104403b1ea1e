/** A log method as pino has it: fields first, then the message. */
type LogMethod = (fields: object, message: string) => void;

/** What the agent needs of a logger. A pino logger is one. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}
