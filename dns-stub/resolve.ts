/** Answers questions: from the cache, or by one exchange with a resolver for all who ask the same. */
import { RCODE } from "../worker/dns/wire/codes.ts";
import { decodeMessage } from "../worker/dns/wire/decode.ts";
import { DnsFormatError } from "../worker/dns/wire/format-error.ts";
import type { Message } from "../worker/dns/wire/message.ts";
import { type Answer, emptyAnswer } from "./answer.ts";
import { aged, stale } from "./cache/aged.ts";
import type { AnswerCache, Kept } from "./cache/answer-cache.ts";
import { lifetimeOf } from "./cache/lifetime.ts";
import { MAX_EXCHANGES, STALE_AFTER_MS, STALE_SOON_MS } from "./limits.ts";
import { type AskedQuestion, keyOf } from "./question.ts";
import { UpstreamError } from "./upstream/error.ts";
import { answerOf, decodeAnswer, encodeQuestion } from "./upstream/exchange.ts";
import type { Upstream } from "./upstream/failover.ts";

export type Resolve = (asked: AskedQuestion) => Promise<Answer>;

/** Never rejects for want of an answer: that is SERVFAIL, with the reason. */
export function createResolve(upstream: Upstream, cache: AnswerCache): Resolve {
  const underWay = new Map<string, Promise<Answer | UpstreamError>>();

  async function fetch(asked: AskedQuestion, key: string): Promise<Answer | UpstreamError> {
    try {
      const { octets, age } = await upstream.exchange(encodeQuestion(asked));
      const message = decodeAnswer(octets, asked);
      // What failed to be refreshed stays (RFC 8767 4); any other answer takes its place, a refusal too.
      if (message.rcode !== RCODE.SERVFAIL) cache.put(key, octets, lifetimeOf(message, asked.type), age);
      return aged(answerOf(message), age);
    } catch (error) {
      if (error instanceof UpstreamError) {
        if (error.problem === "prohibited") cache.delete(key);
        return error;
      }
      if (error instanceof DnsFormatError) {
        return new UpstreamError("unusable", "the resolver's answer cannot be read", error.message);
      }
      throw error;
    } finally {
      underWay.delete(key);
    }
  }

  function shared(asked: AskedQuestion, key: string): Promise<Answer | UpstreamError> {
    const running = underWay.get(key);
    if (running !== undefined) return running;
    if (underWay.size >= MAX_EXCHANGES) {
      return Promise.resolve(new UpstreamError("busy", "too many questions are under way"));
    }
    const started = fetch(asked, key);
    underWay.set(key, started);
    return started;
  }

  return async (asked) => {
    const key = keyOf(asked);
    const kept = cache.get(key);
    if (kept?.isFresh === true) return aged(answerIn(kept), kept.age);
    if (kept === undefined) return answerOrFailure(await shared(asked, key));
    const result = await orTooLate(shared(asked, key), upstream.isFailing ? STALE_SOON_MS : STALE_AFTER_MS);
    if (isUseful(result)) return result;
    const isProhibited = result instanceof UpstreamError && result.problem === "prohibited";
    return isProhibited ? answerOrFailure(result) : stale(answerIn(kept));
  };
}

function answerIn({ octets }: Kept): Answer {
  const message: Message = decodeMessage(octets);
  return answerOf(message);
}

function answerOrFailure(result: Answer | UpstreamError): Answer {
  if (!(result instanceof UpstreamError)) return result;
  return emptyAnswer(RCODE.SERVFAIL, { code: result.extendedCode, text: result.summary });
}

function isUseful(result: Answer | UpstreamError | undefined): result is Answer {
  return result !== undefined && !(result instanceof UpstreamError) && result.rcode !== RCODE.SERVFAIL;
}

/** `undefined` when a client with something older at hand should not wait longer. What runs goes on, for the cache. */
async function orTooLate<T>(result: Promise<T>, waitMs: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), waitMs);
  try {
    return await Promise.race([result, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
