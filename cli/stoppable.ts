/**
 * Runs something until it is done, or until SIGINT or SIGTERM, and closes it either way. A second signal does not
 * wait for the closing.
 *
 * @param run gets a promise that resolves at the signal.
 */
export async function stoppable(
  run: (ended: Promise<void>) => Promise<void>,
  close: () => Promise<void>,
): Promise<void> {
  const signalled = Promise.withResolvers<undefined>();
  let signals = 0;
  const onSignal = () => {
    if (++signals > 1) process.exit(1);
    signalled.resolve(undefined);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    await Promise.race([run(signalled.promise), signalled.promise]);
  } finally {
    await close();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
