// Loaded into the processes under test: what is alive is what is looked at, and not what V8 has not cleared away yet.
const EVERY_MS = 10_000;

setInterval(() => globalThis.gc?.(), EVERY_MS).unref();
