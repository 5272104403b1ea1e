/** Conditional requests: the client's to the cache, and the cache's to the Service (RFC 9110 13, RFC 9111 4.3). */

/** Whether the client has what these headers are of, so that 304 is the answer (RFC 9110 13.2.2). */
export function isNotModified(request: Headers, response: Headers): boolean {
  const tags = request.get("if-none-match");
  if (tags !== null) {
    const tag = response.get("etag");
    return tags.trim() === "*" || (tag !== null && entityTags(tags).includes(opaque(tag)));
  }
  const since = Date.parse(request.get("if-modified-since") ?? "");
  const modified = Date.parse(response.get("last-modified") ?? "");
  return modified <= since;
}

/** RFC 9110 8.8.3.2, weak comparison: `W/` makes no difference. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}

function entityTags(list: string): string[] {
  return Array.from(list.matchAll(/(?:W\/)?("[^"]*")/g), ([, tag = ""]) => tag);
}

/** Has the Service say whether what is kept still holds; without anything kept, whatever the client has of its own. */
export function askWhetherModified(outgoing: Headers, kept: Headers | undefined): void {
  set(outgoing, "if-none-match", kept?.get("etag"));
  set(outgoing, "if-modified-since", kept?.get("last-modified"));
}

function set(headers: Headers, name: string, value: string | null | undefined): void {
  if (value === null || value === undefined) headers.delete(name);
  else headers.set(name, value);
}

/** Headers that have no place in a 304 (RFC 9110 15.4.5). */
const OF_THE_BODY = [
  "content-length",
  "content-encoding",
  "content-type",
  "content-language",
  "content-range",
];

/** The 304 for a response with these headers. */
export function notModified(headers: Headers): Response {
  const kept = new Headers(headers);
  for (const name of OF_THE_BODY) kept.delete(name);
  return new Response(null, { status: 304, headers: kept });
}
