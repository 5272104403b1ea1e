/** Whatever variables a path is made of, it adds nothing to the host before it. */
export function absolutePath(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
