import { isDeepStrictEqual } from "node:util";
import type { FileContent } from "./content.ts";
import { identityText, type Served } from "./served.ts";

/** Content whose unchanged objects are the very ones that are served already, so that `===` tells what changed. */
export function reuseObjects(content: FileContent, served: Served): FileContent {
  const objects = content.objects.map((found) => {
    const before = served.get(identityText(found.identity))?.found.stripped;
    return before !== undefined && isDeepStrictEqual(before, found.stripped)
      ? { ...found, stripped: before }
      : found;
  });
  return { ...content, objects };
}
