/** A name server on 127.0.0.1, over UDP. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode } from "dns-packet";

const NXDOMAIN = 3;

/** @param names the addresses of each; other names do not exist */
export async function startNameServer(
  names: Readonly<Record<string, readonly string[]>>,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const [question] = questions;
    const addresses = names[question?.name.toLowerCase() ?? ""];
    const answers: Answer[] = (addresses ?? [])
      .map((data) => ({ type: isIPv6(data) ? ("AAAA" as const) : ("A" as const), data }))
      .filter(({ type }) => type === question?.type)
      .map(({ type, data }) => ({ type, name: question?.name ?? "", ttl: 5, data }));
    const flags = AUTHORITATIVE_ANSWER | (addresses === undefined ? NXDOMAIN : 0);
    socket.send(
      encode({ type: "response", ...(id !== undefined && { id }), flags, questions, answers }),
      port,
      address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    async close() {
      socket.close();
      await once(socket, "close");
    },
  };
}
