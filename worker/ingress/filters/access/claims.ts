/** What tokens claim, as headers for the upstream. */
import type { JWTPayload } from "jose";

/**
 * Headers with the values of claims; a claim that a token lacks has none. A name with dots that is no claim itself leads
 * into objects: `realm_access.roles`. Lists are joined by commas, objects are JSON.
 */
export function claimHeaders(
  payload: JWTPayload,
  wanted: Readonly<Record<string, string>>,
): (readonly [name: string, value: string])[] {
  return Object.entries(wanted).flatMap(([name, claim]) => {
    const value = textOf(claimOf(payload, claim));
    return value === undefined ? [] : [[name, value] as const];
  });
}

function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return encode(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return encode(value.join(","));
  return encode(JSON.stringify(value));
}

/** Headers carry visible ASCII; anything else is percent-encoded as UTF-8 (RFC 8187 does so as well). */
function encode(text: string): string {
  return text.toWellFormed().replaceAll(/[^\u0020-\u007E]/gu, (char) => encodeURIComponent(char));
}
