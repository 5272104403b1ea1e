/** A code that says nothing (RFC 6455 7.1.5), and one that says that no Close frame came: neither can be sent. */
const NO_STATUS = 1005;
const ABNORMAL = 1006;
/** RFC 6455 7.4.1: for the other side of a connection that broke off. */
const GOING_AWAY = 1001;

/**
 * A WebSocket in place of the upstream's, between which and the upstream's every message passes, and the end of either.
 *
 * @param onEnd called when either side ends, once or more
 */
export function relayed(response: Response, upstream: WebSocket, onEnd: () => void): Response {
  const pair = new WebSocketPair();
  const [client, server] = [pair[0], pair[1]];
  link(upstream, server, onEnd);
  link(server, upstream, onEnd);
  for (const socket of [server, upstream]) {
    socket.binaryType = "arraybuffer";
    // Closed by its peer, a socket answers with what the other side says, not by itself.
    socket.accept({ allowHalfOpen: true });
  }
  return new Response(null, { status: 101, webSocket: client, headers: new Headers(response.headers) });
}

function link(from: WebSocket, to: WebSocket, onEnd: () => void): void {
  from.addEventListener("message", (event) => {
    const data = event.data as string | ArrayBuffer;
    if (to.readyState === WebSocket.OPEN) to.send(data);
  });
  from.addEventListener("close", ({ code, reason }) => {
    onEnd();
    close(to, code, reason);
  });
  from.addEventListener("error", () => {
    onEnd();
    close(to, ABNORMAL, "");
  });
}

function close(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === WebSocket.CLOSED) return;
  if (code === NO_STATUS) socket.close();
  else if (code === ABNORMAL) socket.close(GOING_AWAY, reason);
  else socket.close(code, reason);
}
