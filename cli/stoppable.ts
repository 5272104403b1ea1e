/** One Ctrl-C may arrive more than once: from the terminal, and again from the process that started this one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs something until it is done, or until SIGINT, SIGTERM or SIGHUP, and closes it either way. A second signal, a
 * second later or more, does not wait for the closing.
 *
 * @param run gets a promise that resolves at the signal.
 */
export async function stoppable(
  run: (ended: Promise<void>) => Promise<void>,
  close: () => Promise<void>,
): Promise<void> {
  const signalled = Promise.withResolvers<undefined>();
  let first: number | undefined;
  const onSignal = () => {
    first ??= performance.now();
    if (performance.now() - first >= SAME_SIGNAL_MS) process.exit(1);
    signalled.resolve(undefined);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  // A launcher (bin/lintel.js, scripts/run.js) holds a channel: when it is killed, this ends as well.
  process.on("disconnect", onSignal);
  process.channel?.unref();
  try {
    await Promise.race([run(signalled.promise), signalled.promise]);
  } finally {
    await close();
    for (const signal of signals) process.off(signal, onSignal);
    process.off("disconnect", onSignal);
  }
}
