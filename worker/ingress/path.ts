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
/** Bytes that are not UTF-8 become U+FFFD, each where it stands: they change no other element of the path. */
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

function decodeOnce(pathname: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(pathname)) return undefined;
  const bytes: number[] = [];
  for (const [i, part] of pathname.split("%").entries()) {
    if (i > 0) bytes.push(Number.parseInt(part.slice(0, 2), 16));
    for (const byte of encoder.encode(i > 0 ? part.slice(2) : part)) bytes.push(byte);
  }
  return decoder.decode(Uint8Array.from(bytes));
}
