/** Questions and answers in JSON, as public resolvers have them: `?name=…&type=…`, `application/dns-json`. */
import { CLASS, TYPE } from "../wire/codes.ts";
import { extendedErrorsIn } from "../wire/extended-error.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import type { Message } from "../wire/message.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText, nameToText } from "../wire/name-text.ts";
import { queryFor } from "../wire/query.ts";
import type { ResourceRecord } from "../wire/record.ts";
import { recordData, TYPE_CODES, typeOf } from "../wire/record-text.ts";
import type { Reply } from "../responder.ts";
import type { AskedUrl, Parameters } from "./asked-url.ts";
import { cacheControl } from "./caching.ts";
import { HttpError } from "./http-error.ts";

const DNS_JSON_TYPE = "application/dns-json";

const PAYLOAD_SIZE = 4096;
const DEFAULT_TYPE = TYPE.A;
/** A name of 255 octets, each written as `\DDD`. */
const MOST_CHARS = 1_020;

/** A GET with a name and no message. */
export function isJsonQuestion(method: string, { searchParams }: AskedUrl): boolean {
  return method !== "POST" && searchParams.has("name") && !searchParams.has("dns");
}

/** @throws HttpError 400 */
export function jsonQuery({ searchParams }: AskedUrl): Message {
  const question = { name: nameOf(searchParams), type: typeNumber(searchParams), class: CLASS.IN };
  const dnssecOk = flag(searchParams, "do");
  return queryFor(question, {
    payloadSize: PAYLOAD_SIZE,
    dnssecOk,
    checkingDisabled: flag(searchParams, "cd"),
  });
}

export interface JsonReplyOptions {
  readonly isHead: boolean;
  /** Whether scripts of any page may read it: they could ask for it themselves. */
  readonly isForPages: boolean;
}

export function jsonReply({ message, lifetime }: Reply, { isHead, isForPages }: JsonReplyOptions): Response {
  const body = JSON.stringify(bodyOf(message));
  return new Response(isHead ? null : body, {
    headers: {
      "content-type": DNS_JSON_TYPE,
      "cache-control": cacheControl(lifetime),
      ...(isForPages && { "access-control-allow-origin": "*" }),
    },
  });
}

function bodyOf(message: Message): object {
  const { rcode, questions, answers, authorities } = message;
  const comment = commentOf(message);
  return {
    Status: rcode,
    TC: message.truncated,
    RD: message.recursionDesired,
    RA: message.recursionAvailable,
    AD: message.authenticData,
    CD: message.checkingDisabled,
    Question: questions.map(({ name, type }) => ({ name: ownerText(name), type })),
    ...(answers.length > 0 && { Answer: answers.map(recordOf) }),
    ...(authorities.length > 0 && { Authority: authorities.map(recordOf) }),
    ...(comment !== undefined && { Comment: comment }),
  };
}

function recordOf(record: ResourceRecord): object {
  const { name, ttl } = record;
  return { name: ownerText(name), type: typeOf(record), TTL: ttl, data: recordData(record) };
}

/** Without the dot at its end, as public resolvers write it. */
function ownerText(name: Name): string {
  const text = nameToText(name);
  return text === "." ? text : text.slice(0, -1);
}

function commentOf({ edns }: Message): string | undefined {
  const [error] = extendedErrorsIn(edns?.options ?? []);
  if (error === undefined) return undefined;
  return error.text ? `EDE(${error.code}): ${error.text}` : `EDE(${error.code})`;
}

function nameOf(params: Parameters): Name {
  const [text = "", ...more] = params.getAll("name");
  if (more.length > 0 || text === "" || text.length > MOST_CHARS) {
    throw new HttpError(400, "Bad Request: give one `name`, as in name=example.com.");
  }
  try {
    return nameFromText(text);
  } catch (error) {
    if (error instanceof DnsFormatError) throw new HttpError(400, `Bad Request: ${error.message}.`);
    throw error;
  }
}

/** By name or number. */
function typeNumber(params: Parameters): number {
  const text = (params.get("type") ?? String(DEFAULT_TYPE)).toUpperCase();
  const type = /^(?:TYPE)?\d{1,5}$/.test(text) ? Number(text.replace("TYPE", "")) : TYPE_CODES.get(text);
  if (type !== undefined && type <= 0xffff) return type;
  throw new HttpError(400, "Bad Request: `type` is no type of record, as in type=AAAA.");
}

/** `1` or `true`; absent and `0` or `false` for not. */
function flag(params: Parameters, name: string): boolean {
  const text = params.get(name) ?? "0";
  if (text === "1" || text === "true" || text === "") return true;
  if (text === "0" || text === "false") return false;
  throw new HttpError(400, `Bad Request: \`${name}\` is neither 1 nor 0.`);
}
