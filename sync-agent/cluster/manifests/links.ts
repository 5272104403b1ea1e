import { lstat, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, parse, sep } from "node:path";
import { errorCode } from "./error.ts";

/** As many as Linux follows. */
const MAX_LINKS = 40;

class LinkLoopError extends Error {
  override name = "LinkLoopError";
  readonly code = "ELOOP";

  constructor(path: string) {
    super(`${path}: the links go in a circle`);
  }
}

/**
 * The path without symbolic links, resolved as the operating system does.
 *
 * @param path absolute.
 * @param hinge is told, before it is relied upon, every name on which the answer hinges: the links on the way, and
 *   the first name that does not exist. Who follows changes must watch them all. `folder` is free of links.
 * @throws LinkLoopError, or the error of the operating system (ENOENT, EACCES, ENOTDIR).
 */
export async function resolveLinks(
  path: string,
  hinge: (folder: string, name: string) => Promise<void>,
): Promise<string> {
  let real = parse(path).root;
  const rest = path.slice(real.length).split(sep).toReversed();
  let links = 0;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      real = dirname(real);
      continue;
    }
    const next = join(real, name);
    if (!(await isLink(real, name, hinge))) {
      real = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new LinkLoopError(path);
    await hinge(real, name);
    const target = await readlink(next);
    if (isAbsolute(target)) real = parse(target).root;
    rest.push(...target.split(sep).toReversed());
  }
  return real;
}

async function isLink(
  folder: string,
  name: string,
  hinge: (folder: string, name: string) => Promise<void>,
): Promise<boolean> {
  const path = join(folder, name);
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    await hinge(folder, name);
    // It may have appeared before it was watched.
    return (await lstat(path)).isSymbolicLink();
  }
}
