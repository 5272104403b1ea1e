/** Lists of Cloudflare's API, page by page. */

/** What zones, packs and custom certificates may at most have on a page. */
const PAGE_SIZE = 50;

interface Page<T> {
  readonly result: readonly T[];
}

/**
 * Everything of a list. The SDK's own iteration asks until a page is empty, which is a request more than needed for
 * each list; and never ends where an API does not know pages and gives the same again.
 */
export async function listAll<T extends { readonly id: string }>(
  request: (query: { page: number; per_page: number }) => PromiseLike<Page<T>>,
): Promise<T[]> {
  const found = new Map<string, T>();
  for (let page = 1; ; page++) {
    const { result } = await request({ page, per_page: PAGE_SIZE });
    const known = found.size;
    for (const item of result) found.set(item.id, item);
    if (result.length < PAGE_SIZE || found.size === known) return [...found.values()];
  }
}
