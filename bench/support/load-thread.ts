/**
 * The client: a thread that keeps so many connections busy, each with one request at a time. It writes and reads bytes,
 * since an HTTP client would take longer than what is measured. Responses must have a Content-Length, and status 200.
 */
import { connect, type Socket } from "node:net";
import { parentPort } from "node:worker_threads";
import type { LoadOrder, LoadReport } from "./load.ts";

const port = parentPort;
if (port === null) throw new Error("load-thread.ts is no program of its own");

port.on("message", (order: LoadOrder) => {
  void load(order).then(
    (report) => port.postMessage(report),
    (error: unknown) => port.postMessage({ error: String(error) } satisfies LoadReport),
  );
});

async function load({ at, connections, ms, most = Infinity, requests }: LoadOrder): Promise<LoadReport> {
  const buffers = requests.map((request) => Buffer.from(request, "latin1"));
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + ms;
  let turn = 0;
  const next = () => (turn < most ? buffers[turn++ % buffers.length] : undefined);
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(connect({ host: "127.0.0.1", port: at, noDelay: true }), next, end, latencies),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  const sorted = Float64Array.from(latencies).toSorted();
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { requests: latencies.length, seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

function converse(
  socket: Socket,
  next: () => Buffer | undefined,
  end: number,
  latencies: number[],
): Promise<void> {
  let sent = 0;
  let head = "";
  let left: number | undefined;
  const send = (request: Buffer) => {
    sent = performance.now();
    head = "";
    left = undefined;
    socket.write(request);
  };
  return new Promise((resolve, reject) => {
    const refuse = (problem: string) => {
      socket.destroy();
      reject(new Error(problem));
    };
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the server closed a connection")));
    socket.on("data", (chunk) => {
      let body = chunk.length;
      if (left === undefined) {
        head += chunk.toString("latin1");
        const cut = head.indexOf("\r\n\r\n");
        if (cut < 0) return;
        if (!head.startsWith("HTTP/1.1 200 ")) return refuse(`not 200: ${head}`);
        const length = /\r\ncontent-length: (\d+)\r/i.exec(head.slice(0, cut + 2))?.[1];
        if (length === undefined) return refuse(`a response without a length: ${head}`);
        left = Number(length);
        body = head.length - cut - 4;
      }
      left -= body;
      if (left > 0) return;
      const now = performance.now();
      latencies.push(now - sent);
      goOn(now);
    });
    const goOn = (now: number) => {
      const request = now < end ? next() : undefined;
      if (request !== undefined) return send(request);
      socket.removeAllListeners("close").destroy();
      resolve();
    };
    socket.once("connect", () => goOn(performance.now()));
  });
}
