/**
 * The one form of a path that routes are matched against, as nginx's: percent-encoding undone once, `.` and `..`
 * resolved, runs of slashes made one. What is forwarded is the path as the client sent it, so an upstream sees the
 * same bytes as behind nginx, while no spelling of a path reaches another route than its plain spelling does.
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

/** Bytes that are not UTF-8 are kept apart from those that are: each stands for itself as Latin-1 would have it. */
function decodeOnce(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    if (/%(?![0-9a-fA-F]{2})/.test(pathname)) return undefined;
    return pathname.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
}
