/** One question to one resolver over HTTPS (RFC 8484). */
import { DNS_MESSAGE_TYPE } from "../doh/query-octets.ts";
import { toBase64Url } from "../doh/base64url.ts";
import { extendedErrorsIn } from "../wire/extended-error.ts";
import type { Query, Resolution } from "../resolver.ts";
import { EXTENDED_ERROR, OPCODE, RCODE } from "../wire/codes.ts";
import { decodeMessage } from "../wire/decode.ts";
import { MessageEncoder } from "../wire/encode.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { MAX_MESSAGE_OCTETS, type Message } from "../wire/message.ts";
import { queryFor } from "../wire/query.ts";
import type { Question } from "../wire/record.ts";

/** RFC 8467 4.1: queries are padded to multiples of this many octets. */
const PADDING_BLOCK = 128;
const PAYLOAD_SIZE = 1232;
/** Methods that a resolver does not take (RFC 8484 4.1 asks for both): the other one is tried. */
const NO_POST: ReadonlySet<number> = new Set([405, 415, 501]);

/** A resolver gave no answer that could be used. */
export class ExchangeError extends Error {
  override name = "ExchangeError";
}

export type Send = (input: string, init: RequestInit) => Promise<Response>;

export function queryOctets({
  question,
  dnssecOk,
}: Pick<Query, "question" | "dnssecOk">): Uint8Array<ArrayBuffer> {
  const query = queryFor(question, { payloadSize: PAYLOAD_SIZE, dnssecOk });
  return new MessageEncoder().encode(query, PADDING_BLOCK).slice();
}

/** @throws ExchangeError, and what `send` throws */
export async function exchange(
  url: string,
  octets: Uint8Array<ArrayBuffer>,
  question: Question,
  send: Send,
  signal: AbortSignal,
): Promise<Resolution> {
  const accept = { accept: DNS_MESSAGE_TYPE };
  // Another place might be one of a private network.
  const common = { redirect: "manual", signal } as const;
  let response = await send(url, {
    ...common,
    method: "POST",
    headers: { ...accept, "content-type": DNS_MESSAGE_TYPE },
    body: octets,
  });
  if (NO_POST.has(response.status)) {
    await response.body?.cancel();
    const get = new URL(url);
    get.searchParams.set("dns", toBase64Url(octets));
    response = await send(get.href, { ...common, method: "GET", headers: accept });
  }
  const type = response.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (response.status !== 200 || type !== DNS_MESSAGE_TYPE) {
    await response.body?.cancel();
    throw new ExchangeError(`${url} answers with status ${response.status} and media type ${type ?? "none"}`);
  }
  return resolutionOf(url, await bodyOf(url, response), question);
}

async function bodyOf(url: string, { body }: Response): Promise<Uint8Array> {
  const octets = new Uint8Array(MAX_MESSAGE_OCTETS);
  let length = 0;
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (read === undefined || read.done) return octets.subarray(0, length);
    const chunk = read.value;
    if (length + chunk.length > MAX_MESSAGE_OCTETS) {
      await reader?.cancel();
      throw new ExchangeError(`${url} answers with more than a message`);
    }
    octets.set(chunk, length);
    length += chunk.length;
  }
}

function resolutionOf(url: string, octets: Uint8Array, question: Question): Resolution {
  const message = decoded(url, octets);
  if (!isAnswerTo(message, question)) throw new ExchangeError(`${url} answers another question`);
  if (message.truncated) throw new ExchangeError(`${url} answers in part`);
  const { answers, authorities, additionals, rcode } = message;
  return {
    // Codes over 15 are between two neighbours (RFC 6891 6.1.3).
    rcode: rcode > 0xf ? RCODE.SERVFAIL : rcode,
    authoritative: false,
    answers,
    authorities,
    additionals,
    extendedError: extendedErrorOf(message),
    recursive: true,
  };
}

function decoded(url: string, octets: Uint8Array): Message {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (!(error instanceof DnsFormatError)) throw error;
    throw new ExchangeError(`${url} answers with no message: ${error.message}`, { cause: error });
  }
}

function isAnswerTo({ id, response, opcode, questions }: Message, asked: Question): boolean {
  const [question] = questions;
  return (
    id === 0 &&
    response &&
    opcode === OPCODE.QUERY &&
    questions.length === 1 &&
    question !== undefined &&
    question.type === asked.type &&
    question.class === asked.class &&
    question.name.equals(asked.name)
  );
}

/** The first that the resolver gives. */
function extendedErrorOf({ edns, rcode }: Message): Resolution["extendedError"] {
  const [given] = extendedErrorsIn(edns?.options ?? []);
  if (given !== undefined) return given;
  return rcode === RCODE.SERVFAIL ? { code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY } : undefined;
}
