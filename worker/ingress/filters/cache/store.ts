/** A route's responses in the platform's cache. */
import { type Body, decodeEntry, encodeEntry, type Entry, type EntryFacts } from "./entry.ts";
import { type Selectors, variantKey } from "./keys.ts";
import type { Exchange } from "../filter.ts";
import type { ResponseStore } from "./response-store.ts";

export interface Found {
  /** Absent where nothing is kept, or nothing for requests like this one. */
  readonly entry: Entry | undefined;
  /** What selects among variants; absent where there are none. */
  readonly selectors: Selectors | undefined;
}

const SELECTORS_HEADER = "lintel-selectors";
/** Seconds; longer than any variant is kept. */
const SELECTORS_KEPT = 8 * 24 * 3_600;

/** Under the base key lies either the response, or what selects its variants. */
export async function find(store: ResponseStore, base: string, exchange: Exchange): Promise<Found> {
  const found = await store.match(base);
  if (found === undefined) return { entry: undefined, selectors: undefined };
  const text = found.headers.get(SELECTORS_HEADER);
  if (text === null) return { entry: decodeEntry(found), selectors: undefined };
  const selectors = JSON.parse(decodeURIComponent(text)) as Selectors;
  const key = variantKey(base, selectors, exchange);
  const variant = key === undefined ? undefined : await store.match(key);
  return { entry: variant && decodeEntry(variant), selectors };
}

/**
 * Keeps a response. Variants that are selected by fewer names than this one needs are lost then.
 *
 * @param names that select it
 * @param token for selectors that are new
 */
export async function keep(
  store: ResponseStore,
  { base, exchange, selectors, names, token }: Place,
  facts: EntryFacts,
  body: Body,
): Promise<void> {
  const encoded = encodeEntry(facts, body);
  if (encoded === undefined) {
    await body.stream?.cancel();
    return;
  }
  if (selectors === undefined && names.length === 0) {
    await store.put(base, encoded);
    return;
  }
  const isEnough = selectors !== undefined && names.every((name) => selectors.names.includes(name));
  const chosen = isEnough ? selectors : joined(selectors, names, token);
  const key = variantKey(base, chosen, exchange);
  if (key === undefined) {
    await encoded.body?.cancel();
    return;
  }
  // The body first: it has to be read as it comes.
  await store.put(key, encoded);
  if (!isEnough) await store.put(base, encodeSelectors(chosen));
}

export interface Place {
  readonly base: string;
  readonly exchange: Exchange;
  readonly selectors: Selectors | undefined;
  readonly names: readonly string[];
  readonly token: string;
}

function joined(present: Selectors | undefined, names: readonly string[], token: string): Selectors {
  return { names: [...new Set([...(present?.names ?? []), ...names])].toSorted(), token };
}

function encodeSelectors(selectors: Selectors): Response {
  return new Response(null, {
    headers: {
      [SELECTORS_HEADER]: encodeURIComponent(JSON.stringify(selectors)),
      "cache-control": `public, max-age=${SELECTORS_KEPT}`,
    },
  });
}
