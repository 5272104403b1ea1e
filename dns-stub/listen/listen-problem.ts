import { isIPv6 } from "node:net";
import { StubError } from "../error.ts";
import type { SocketAddress } from "../options.ts";

const PRIVILEGED_PORTS = 1024;

/** Why an address cannot be listened on, and what helps. */
export function listenProblem(address: SocketAddress, cause: unknown): StubError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new StubError(
    `--listen ${addressText(address)} ${reason(code ?? "", address) ?? `cannot be used: ${message}`}`,
    {
      cause,
    },
  );
}

function reason(code: string, { port }: SocketAddress): string | undefined {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return port < PRIVILEGED_PORTS
        ? `needs a privilege: ports below ${PRIVILEGED_PORTS} are the system's. Run it as root, or with the capability ` +
            "CAP_NET_BIND_SERVICE (AmbientCapabilities= of a systemd unit), or where the sysctl " +
            "net.ipv4.ip_unprivileged_port_start is lower (securityContext.sysctls of a pod), or choose a port such " +
            "as 5353"
        : "is not permitted on this machine";
    case "EADDRINUSE":
      return (
        "is in use by another program. On port 53 that is often systemd-resolved or dnsmasq: choose another " +
        "address of this machine, such as 127.0.0.2:53, and let it forward there (docs/dns-clients.md)"
      );
    case "EADDRNOTAVAIL":
      return "is no address of this machine";
    case "EAFNOSUPPORT":
      return "is of a family that this machine does not have";
    default:
      return undefined;
  }
}

export function addressText({ host, port }: SocketAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
