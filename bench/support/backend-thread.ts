/** The backend: answers each request head that it sees, and does not read it. Requests with a body are not for it. */
import { createServer } from "node:net";
import { parentPort } from "node:worker_threads";

const BODY = JSON.stringify({ status: "ok", text: "x".repeat(480) });
const RESPONSE = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "Content-Type: application/json",
    `Content-Length: ${BODY.length}`,
    "Date: Sun, 29 Nov 2026 00:00:00 GMT",
    "Cache-Control: no-store",
    "",
    BODY,
  ].join("\r\n"),
);

const server = createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    rest += chunk.toString("latin1");
    for (;;) {
      const cut = rest.indexOf("\r\n\r\n");
      if (cut < 0) return;
      rest = rest.slice(cut + 4);
      socket.write(RESPONSE);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  if (address !== null && typeof address === "object") parentPort?.postMessage(address.port);
});
