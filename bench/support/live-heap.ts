/** What an isolate holds once its garbage is collected, asked by workerd's inspector (Chrome DevTools Protocol). */
import { once } from "node:events";
import { z } from "zod";

const targets = z.array(z.looseObject({ id: z.string(), webSocketDebuggerUrl: z.string() }));
const reply = z.looseObject({ id: z.number(), result: z.unknown() });
const usage = z.looseObject({
  usedSize: z.number(),
  embedderHeapUsedSize: z.number().default(0),
  backingStorageSize: z.number().default(0),
});

export interface LiveHeap {
  /** V8's objects, and what they hold outside of its heap: MiB. */
  readonly objects: number;
  readonly outside: number;
}

/** Of the isolate of the Worker with this name. */
export async function liveHeap(inspector: number, worker: string): Promise<LiveHeap> {
  const listed = targets.parse(await (await fetch(`http://127.0.0.1:${inspector}/json`)).json());
  const target = listed.find(({ id }) => id.endsWith(worker));
  if (target === undefined) {
    throw new Error(`no isolate of ${worker} among ${listed.map(({ id }) => id).join(", ")}`);
  }
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, "open");
  try {
    await call(socket, 1, "HeapProfiler.enable");
    await call(socket, 2, "HeapProfiler.collectGarbage");
    const found = usage.parse(await call(socket, 3, "Runtime.getHeapUsage"));
    const mib = (bytes: number) => bytes / 2 ** 20;
    return {
      objects: mib(found.usedSize),
      outside: mib(found.embedderHeapUsedSize + found.backingStorageSize),
    };
  } finally {
    socket.close();
  }
}

async function call(socket: WebSocket, id: number, method: string): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const listen = ({ data }: MessageEvent) => {
    const message = reply.safeParse(JSON.parse(String(data)));
    if (message.success && message.data.id === id) resolve(message.data.result);
  };
  socket.addEventListener("message", listen);
  socket.send(JSON.stringify({ id, method }));
  const result = await promise;
  socket.removeEventListener("message", listen);
  return result;
}
