/** Requests without a body, nearly all of them: over connections that make nothing for each but its text. */
import type { Asked, BreakCause, Exchange } from "../http/bodiless-connections.ts";
import { PiecesOn } from "../http/pieces-on.ts";
import type { RawFields } from "../http/fields.ts";
import type { EdgeLog } from "../options.ts";
import { type ConnectionLog, recordOf } from "./access-log.ts";
import { beginReply, UNAVAILABLE, unreachable } from "./answer.ts";
import { type Reply, replyWithText } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

export function forwardBodiless(
  head: RequestHead,
  extra: readonly string[],
  reply: Reply,
  upstream: WorkerUpstream,
  log: EdgeLog,
  access: ConnectionLog | undefined,
): void {
  const line = access && new Line(access);
  let asked: Asked | undefined;
  let closed = false;
  reply.onClose(() => {
    closed = true;
    asked?.abandon();
    line?.write(true);
  });
  const attempt = (pooled: boolean): void => {
    asked = upstream.ask(head, extra, pooled, relaying(reply, log, line, { resume, abandon, failed }));
    if (asked === undefined) replyWithText(reply, UNAVAILABLE.status, UNAVAILABLE.text);
  };
  const resume = () => asked?.resume();
  const abandon = () => asked?.abandon();
  const failed = (error: Error, cause: BreakCause) => {
    if (closed) return;
    // The Worker closed a resting connection just as we used it.
    if (cause === "stale" && IDEMPOTENT.has(head.method)) attempt(false);
    else unreachable(error, reply, log);
  };
  attempt(true);
}

/** The request's line in the access log, written once its response has ended, one way or the other. */
class Line {
  readonly #began = Date.now();
  readonly #access: ConnectionLog;
  #record: string | undefined;
  #bytes = 0;

  constructor(access: ConnectionLog) {
    this.#access = access;
  }

  begin(fields: RawFields): void {
    this.#record = recordOf(fields);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Only the first time, and of responses that began. */
  write(isAborted: boolean): void {
    const record = this.#record;
    if (record === undefined) return;
    this.#record = undefined;
    const aborted = isAborted ? true : undefined;
    this.#access.write(record, { bytes: this.#bytes, totalMs: Date.now() - this.#began, aborted });
  }
}

interface Steps {
  readonly resume: () => void;
  readonly abandon: () => void;
  /** Before there was an answer. */
  readonly failed: (error: Error, cause: BreakCause) => void;
}

/** Passes one response on. */
function relaying(
  reply: Reply,
  log: EdgeLog,
  line: Line | undefined,
  { resume, abandon, failed }: Steps,
): Exchange {
  let begun = false;
  let pieces: PiecesOn | undefined;
  return {
    head(status, message, fields) {
      begun = true;
      line?.begin(fields);
      const sink = beginReply(status, message, fields, reply, log);
      if (sink === undefined) abandon();
      else pieces = new PiecesOn(sink, () => reply.sendHead(), resume);
    },
    body(octets) {
      line?.add(octets.length);
      pieces?.body(octets);
    },
    read(isComplete) {
      if (isComplete) line?.write(false);
      return pieces?.read(isComplete) ?? true;
    },
    broken(error, cause) {
      line?.write(true);
      if (begun) reply.break();
      else failed(error, cause);
    },
  };
}
