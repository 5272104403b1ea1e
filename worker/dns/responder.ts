/** From a query's octets to a response's: what is decided before and after the resolver chain. */
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { MaybePromise, SnapshotView } from "../snapshot/view.ts";
import { lifetimeOf } from "./lifetime.ts";
import { andThen } from "./maybe-promise.ts";
import type { Query, Resolution, Resolver } from "./resolver.ts";
import { CLASS, EXTENDED_ERROR, OPCODE, OPTION, RCODE, TYPE } from "./wire/codes.ts";
import { MessageEncoder } from "./wire/encode.ts";
import { extendedErrorOption } from "./wire/extended-error.ts";
import type { Edns, EdnsOption, Message } from "./wire/message.ts";
import type { Question, ResourceRecord } from "./wire/record.ts";

/** What the edge can take over UDP, which it never speaks: the size that avoids fragments (DNS flag day 2020). */
const PAYLOAD_SIZE = 1232;
/** Responses are padded to multiples of this many octets (RFC 8467 4.1). */
const PADDING_BLOCK = 468;
const EDNS_VERSION = 0;
const NO_OPTIONS: readonly EdnsOption[] = [];

export interface Reply {
  readonly octets: Uint8Array<ArrayBuffer>;
  /** What the octets say. */
  readonly message: Message;
  /** Of the server block that answered; absent where none did. */
  readonly zone: string | undefined;
  /** Seconds for which it may be cached; 0: not at all. */
  readonly lifetime: number;
}

/**
 * The view of a query's snapshot; `undefined` before the first snapshot. Asked once more when a part of that view
 * cannot be had, with the view in question: for another one to answer from instead.
 */
export type Snapshot = (unreadable?: SnapshotView) => MaybePromise<SnapshotView | undefined>;

/** Whoever sent a query. */
export type Asker = Pick<Query, "client" | "visible" | "search" | "trace">;

export type Responder = (query: Message, asker: Asker, snapshot: Snapshot) => MaybePromise<Reply>;

/** Where the snapshot, or the part of it that a query needs, cannot be had, the answer is SERVFAIL. */
export function createResponder(resolve: Resolver): Responder {
  const encoder = new MessageEncoder();

  function reply(query: Message, resolution: Resolution): Reply {
    const response = responseTo(query, resolution);
    const octets = encoder.encode(response, isPadded(query) ? PADDING_BLOCK : undefined);
    return {
      octets,
      message: response,
      zone: resolution.zone,
      lifetime: isTruncated(octets) ? 0 : lifetimeOf(response),
    };
  }

  function failed(query: Message, error: unknown): Reply {
    if (error instanceof SnapshotUnavailableError) return reply(query, NOT_READY);
    throw error;
  }

  function answer(asking: Asking, view: SnapshotView | undefined): MaybePromise<Reply> {
    if (view === undefined) return reply(asking.query, NOT_READY);
    const found = resolve(queryOf(asking, view));
    return found instanceof Promise ? replyLater(asking, found) : reply(asking.query, found);
  }

  async function replyLater({ query }: Asking, found: Promise<Resolution>): Promise<Reply> {
    return reply(query, await found);
  }

  function answerOrElse(asking: Asking, view: SnapshotView | undefined): MaybePromise<Reply> {
    try {
      const answered = answer(asking, view);
      return answered instanceof Promise ? orElseLater(asking, view, answered) : answered;
    } catch (error) {
      return orElse(asking, view, error);
    }
  }

  async function orElseLater(asking: Asking, view: SnapshotView | undefined, answered: Promise<Reply>) {
    try {
      return await answered;
    } catch (error) {
      return orElse(asking, view, error);
    }
  }

  function orElse(asking: Asking, view: SnapshotView | undefined, error: unknown): MaybePromise<Reply> {
    if (view === undefined || !(error instanceof SnapshotUnavailableError)) throw error;
    return andThen(asking.snapshot(view), (other) => answer(asking, other));
  }

  async function answerLater(asking: Asking, pending: Promise<SnapshotView | undefined>): Promise<Reply> {
    return answerOrElse(asking, await pending);
  }

  async function failedLater(query: Message, answered: Promise<Reply>): Promise<Reply> {
    try {
      return await answered;
    } catch (error) {
      return failed(query, error);
    }
  }

  return (query, asker, snapshot) => {
    const refusal = refusalOf(query);
    if (refusal !== undefined) return reply(query, failure(refusal));
    const question = query.questions[0];
    if (question === undefined) return reply(query, failure(RCODE.FORMERR));
    const asking = { query, question, asker, snapshot };
    try {
      const view = snapshot();
      const answered = view instanceof Promise ? answerLater(asking, view) : answerOrElse(asking, view);
      return answered instanceof Promise ? failedLater(query, answered) : answered;
    } catch (error) {
      return failed(query, error);
    }
  };
}

/** What is asked, by whom, and of what. */
interface Asking {
  readonly query: Message;
  readonly question: Question;
  readonly asker: Asker;
  readonly snapshot: Snapshot;
}

/** Each field by its name: a spread in the middle of an object takes longer than to look a name up. */
function queryOf({ query, question, asker }: Asking, view: SnapshotView): Query {
  const { client, visible, search, trace } = asker;
  const dnssecOk = query.edns?.dnssecOk ?? false;
  return { question, view, client, visible, search, dnssecOk, depth: 0, trace };
}

/** Why a query is not even looked up. */
function refusalOf(query: Message): number | undefined {
  if (query.opcode !== OPCODE.QUERY) return RCODE.NOTIMP;
  // RFC 9619: a query has one question. RFC 6891 6.1.1: and one OPT record at most.
  if (query.response || query.questions.length !== 1 || hasStrayOpt(query)) return RCODE.FORMERR;
  if (query.edns !== undefined && query.edns.version > EDNS_VERSION) return RCODE.BADVERS;
  const [question] = query.questions;
  return question === undefined || isAnswered(question) ? undefined : RCODE.REFUSED;
}

/** No CHAOS names such as version.bind, no zone transfers. */
function isAnswered({ type, class: qclass }: Question): boolean {
  return qclass === CLASS.IN && type !== TYPE.AXFR && type !== TYPE.IXFR;
}

function hasStrayOpt({ answers, authorities, additionals }: Message): boolean {
  // Queries have no records as a rule.
  if (answers.length === 0 && authorities.length === 0 && additionals.length === 0) return false;
  return answers.some(isOpt) || authorities.some(isOpt) || additionals.some(isOpt);
}

function isOpt(record: ResourceRecord): boolean {
  return record.type === "opaque" && record.code === TYPE.OPT;
}

function failure(rcode: number): Resolution {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [] };
}

/** Before the first snapshot, and where a part of it cannot be had. */
const NOT_READY: Resolution = {
  ...failure(RCODE.SERVFAIL),
  extendedError: { code: EXTENDED_ERROR.NOT_READY },
};

function responseTo(query: Message, resolution: Resolution): Message {
  return {
    id: query.id,
    response: true,
    opcode: query.opcode,
    authoritative: resolution.authoritative,
    truncated: false,
    recursionDesired: query.recursionDesired,
    recursionAvailable: resolution.recursive ?? false,
    authenticData: false,
    checkingDisabled: query.checkingDisabled,
    rcode: resolution.rcode,
    // With more than one there is no telling which the response would be for.
    questions: query.questions.length === 1 ? query.questions : [],
    answers: resolution.answers,
    authorities: resolution.authorities,
    additionals: resolution.additionals,
    edns: query.edns === undefined ? undefined : ednsFor(query.edns, resolution),
  };
}

/** Options of the query are not answered: client subnets are ignored (RFC 7871 7.1.3), padding is the encoder's. */
function ednsFor({ dnssecOk }: Edns, { extendedError }: Resolution): Edns {
  const options = extendedError === undefined ? NO_OPTIONS : [extendedErrorOption(extendedError)];
  return { payloadSize: PAYLOAD_SIZE, version: EDNS_VERSION, dnssecOk, options };
}

/** The encoder sets TC where an answer is larger than any message. */
function isTruncated(octets: Uint8Array): boolean {
  return ((octets[2] ?? 0) & 0x02) !== 0;
}

function isPadded({ edns }: Message): boolean {
  return edns?.options.some(({ code }) => code === OPTION.PADDING) ?? false;
}
