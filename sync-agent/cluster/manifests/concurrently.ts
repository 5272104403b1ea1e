/** As many file operations at a time as keep Node's thread pool busy. */
const AT_A_TIME = 16;

/** `Promise.all` over `map`, but never with many operations open at once. Results keep the order of the items. */
export async function concurrently<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return results;
}
