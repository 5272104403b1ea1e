/** Between two questions of which the answer is to change. */
const PAUSE_MS = 20;
const DEADLINE_MS = 25_000;

/** Asks until the answer is the one hoped for: what a publication changes, changes without anything to wait on. */
export async function eventually<T>(ask: () => Promise<T>, hoped: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const value = await ask();
    if (hoped(value)) return value;
    if (performance.now() > deadline) throw new Error(`it never came; the last was ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
