/** Whose requests are counted together. */
import type { Limits } from "../../../../contract/index.ts";
import type { VariableSource } from "../../variables.ts";

/** Longer values are cut, and told apart by a checksum, so that nobody fills the memory with them. */
const MOST_CHARACTERS = 64;

/** A request without the header is counted by its address: leaving it away opens nothing. */
export function clientKey(by: Limits["by"]): (source: Pick<VariableSource, "request" | "client">) => string {
  if (by === "address") return ({ client }) => client.address;
  return ({ request, client }) => {
    const value = request.headers.get(by.header);
    // No address begins with this: a value cannot pass for one.
    return value === null || value === "" ? client.address : `=${short(value)}`;
  };
}

function short(value: string): string {
  if (value.length <= MOST_CHARACTERS) return value;
  return `${value.slice(0, MOST_CHARACTERS)}…${value.length}…${checksum(value)}`;
}

/** Two halves of FNV-1a, over even and odd places. */
function checksum(text: string): string {
  let [even, odd] = [0x81_1c_9d_c5, 0x81_1c_9d_c5];
  for (let i = 0; i < text.length; i += 2) {
    even = Math.imul(even ^ text.charCodeAt(i), 0x01_00_01_93);
    odd = Math.imul(odd ^ text.charCodeAt(i + 1), 0x01_00_01_93);
  }
  return `${(even >>> 0).toString(36)}.${(odd >>> 0).toString(36)}`;
}
