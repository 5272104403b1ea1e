import type { ServicePort } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";

export function isPortNumber(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** The ports of a Service or slice as records carry them, without those that have no valid number. */
export function readPorts(
  object: string,
  field: string,
  ports: readonly ServicePort[],
): { ports: ServicePort[]; warnings: Warning[] } {
  return {
    ports: ports
      .filter(({ port }) => isPortNumber(port))
      .map(({ name, protocol, port }) => ({ name, protocol, port })),
    warnings: [...ports.entries()]
      .filter(([, { port }]) => !isPortNumber(port))
      .map(([index, { port }]) => ({
        object,
        field: `${field}[${index}].port`,
        reason: "ObjectInvalid",
        message: `${port} is not a port number; the port is ignored.`,
        remedy: "Write a number from 1 to 65535.",
      })),
  };
}
