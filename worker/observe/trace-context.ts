/** W3C Trace Context, Level 2: https://www.w3.org/TR/trace-context-2/ */

export interface TraceContext {
  /** 32 hexadecimal digits; empty where nothing is traced. */
  readonly traceId: string;
  /** What the upstream is told in place of what the client said; absent where its own headers go on as they are. */
  readonly replaced?: string | undefined;
  /** Whether the client's tracestate goes on. */
  readonly keepsState: boolean;
}

export const NO_TRACE: TraceContext = { traceId: "", keepsState: true };

/** Level 2, 2.2: lower case, version 00 has no more than these fields, a later one may have more behind a dash. */
const PARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;
const ZEROS = /^0+$/;
/** 2.2.3: sampled, and made of random digits. */
const SAMPLED = "03";
const UNSAMPLED = "02";
const MOST_MEMBERS = 32;
/** 2.3.1: `key=value`, where a key may name its tenant. */
const MEMBER = /^[\da-z][\w\-*/]{0,240}(?:@[a-z][\w\-*/]{0,13})?=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

/** What a `traceparent` says; `undefined` where it is malformed, and so to be taken for absent (3.2). */
export function traceIdOf(traceparent: string): string | undefined {
  const found = PARENT.exec(traceparent);
  if (found === null) return undefined;
  const [, version, traceId = "", parentId = "", more] = found;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  return ZEROS.test(traceId) || ZEROS.test(parentId) ? undefined : traceId;
}

/** Whether a `tracestate` can be read (2.3.1): keys once each, 32 of them at most. */
export function isTraceState(text: string): boolean {
  const members = text
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))));
  return (
    members.length <= MOST_MEMBERS &&
    keys.size === members.length &&
    members.every((member) => MEMBER.test(member) && !/[A-Z]/.test(member.slice(0, member.indexOf("="))))
  );
}

export interface TraceOptions {
  /** The share of the traces begun here that are marked as sampled. */
  readonly sampled: number;
  /** From 0 up to, but not, 1. */
  readonly random: () => number;
  /** Fills with random bytes. */
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/** A span of the platform's own, for those behind us to be its children. */
export interface ParentSpan {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The client's trace goes on untouched, as a proxy that records no span in it passes it on (3.4). Where there is none, or
 * a malformed one, a new one begins here.
 *
 * @param span of the platform, where it traces this request
 */
export function traceContextOf(
  traceparent: string | null,
  tracestate: string | null,
  options: TraceOptions,
  span?: ParentSpan,
): TraceContext {
  const traceId = traceparent === null ? undefined : traceIdOf(traceparent);
  if (traceId !== undefined) return { traceId, keepsState: tracestate === null || isTraceState(tracestate) };
  if (span !== undefined) {
    const replaced = `00-${span.traceId}-${span.spanId}-01`;
    return { traceId: span.traceId, replaced, keepsState: false };
  }
  return begin(options);
}

const buffer = new Uint8Array(24);

function begin({ sampled, random, fill }: TraceOptions): TraceContext {
  fill(buffer);
  const digits = hexOf(buffer);
  // 2.2.2.3: all zeros are no identifier.
  const traceId = ZEROS.test(digits.slice(0, 32)) ? `${"0".repeat(31)}1` : digits.slice(0, 32);
  const spanId = ZEROS.test(digits.slice(32)) ? `${"0".repeat(15)}1` : digits.slice(32);
  const flags = sampled >= 1 || random() < sampled ? SAMPLED : UNSAMPLED;
  return { traceId, replaced: `00-${traceId}-${spanId}-${flags}`, keepsState: false };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte] ?? "";
  return text;
}

/** Puts a context into the headers of a request that goes on. */
export function passTrace(headers: Headers, { replaced, keepsState }: TraceContext): void {
  if (replaced !== undefined) headers.set("traceparent", replaced);
  if (!keepsState) headers.delete("tracestate");
}
