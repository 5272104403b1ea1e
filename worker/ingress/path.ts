/**
 * The one form of a path that routes are matched against, as nginx's: percent-encoding undone once, `.` and `..`
 * resolved, runs of slashes made one. What is forwarded is the path as Fetch has it, in which dot segments (`%2e` ones
 * too) are resolved already and the rest stands as the client sent it; no spelling of a path reaches another route
 * than its plain spelling does.
 *
 * @param pathname of a URL, hence beginning with "/".
 * @returns `undefined` for what nginx answers 400 to: malformed percent-encoding, a NUL, a climb above the root.
 */
export function normalisePath(pathname: string): string | undefined {
  // Most paths are in this form already. The test reads characters and allocates nothing.
  if (isPlain(pathname)) return pathname;
  const decoded = decodeOnce(pathname);
  if (decoded === undefined || decoded.includes("\0")) return undefined;
  const kept: string[] = [];
  const elements = decoded.split("/");
  for (const element of elements) {
    if (element === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (element !== "" && element !== ".") {
      kept.push(element);
    }
  }
  const last = elements.at(-1);
  const isFolder = last === "" || last === "." || last === "..";
  return `/${kept.join("/")}${isFolder && kept.length > 0 ? "/" : ""}`;
}

function isPlain(pathname: string): boolean {
  for (let i = 0; i < pathname.length; i++) {
    const char = pathname[i];
    if (char === "%") return false;
    if (char === "/") {
      const next = pathname[i + 1];
      if (next === "/" || next === ".") return false;
    }
  }
  return true;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeOnce(pathname: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(pathname)) return undefined;
  const bytes: number[] = [];
  for (const [i, part] of pathname.split("%").entries()) {
    if (i > 0) bytes.push(Number.parseInt(part.slice(0, 2), 16));
    for (const byte of encoder.encode(i > 0 ? part.slice(2) : part)) bytes.push(byte);
  }
  return decode(Uint8Array.from(bytes)) ?? decodeWithRawBytes(Uint8Array.from(bytes));
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Where lone surrogates, which no UTF-8 decodes to, stand for the bytes from 0x80 to 0xFF. */
const RAW_BYTES = 0xdc00;

/** Each byte that is no UTF-8 stands for itself, and changes no other part of the path. */
function decodeWithRawBytes(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    const char = length === 0 ? undefined : decode(bytes.subarray(i, i + length));
    text += char ?? String.fromCharCode(RAW_BYTES + (bytes[i] ?? 0));
    i += char === undefined ? 1 : length;
  }
  return text;
}

/** How many bytes a character has by its first one (RFC 3629 3); 0 where they are not there. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const rest = bytes.subarray(at + 1, at + length);
  return length > 0 && rest.length === length - 1 && rest.every((byte) => (byte & 0xc0) === 0x80)
    ? length
    : 0;
}

/** The byte that a character of a normalised path stands for, if it is one that was no UTF-8. */
export function rawByteOf(char: string): number | undefined {
  const byte = char.charCodeAt(0) - RAW_BYTES;
  return char.length === 1 && byte >= 0x80 && byte <= 0xff ? byte : undefined;
}
