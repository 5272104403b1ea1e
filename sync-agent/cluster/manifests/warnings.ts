/** The warnings of a manifest source, composed anew after every scan. */
import type { Warning } from "../../warning.ts";
import type { ObjectIdentity } from "../objects/read-object.ts";
import type { InvalidObject } from "./content.ts";
import { positionText, type Unreadable } from "./parse.ts";
import { type Duplicate, identityText, type ManifestFile, type Served } from "./served.ts";

/** Something about a path that is not the text of a file: a folder that cannot be read, a link that leads nowhere. */
export interface Trouble {
  readonly path: string;
  /** What about the path, as a warning's field: `path`, `folder`. */
  readonly field: string;
  /** Ends in a full stop. */
  readonly message: string;
  readonly remedy: string;
  /** What is at the path is unknown, not gone: what was served of it stays served. */
  readonly keeps: boolean;
}

/** @param isFollowed whether there was something before, which stays served */
export function composeWarnings(
  troubles: readonly Trouble[],
  files: readonly ManifestFile[],
  served: Served,
  duplicates: readonly Duplicate[],
  isFollowed = true,
): Warning[] {
  const areUnreadable = files.some(({ unreadable }) => unreadable !== undefined);
  const filesServed = new Set(areUnreadable ? Array.from(served.values(), ({ file }) => file) : []);
  return [
    ...troubles.map(troubleWarning),
    ...files.flatMap(({ path, unreadable, content }) => [
      ...(unreadable === undefined ? [] : [unreadableWarning(path, unreadable, filesServed.has(path))]),
      ...(content?.invalid ?? []).flatMap((object) => invalidWarnings(path, object, served, isFollowed)),
    ]),
    ...duplicates.map(duplicateWarning),
  ];
}

function troubleWarning({ path, field, message, remedy, keeps }: Trouble): Warning {
  const said = keeps ? `${message} What it served last stays served.` : message;
  return { object: path, field, reason: "ManifestUnreadable", message: said, remedy };
}

function unreadableWarning(path: string, { position, message, remedy }: Unreadable, kept: boolean): Warning {
  return {
    object: path,
    field: position === undefined ? "file" : positionText(position),
    reason: "ManifestUnreadable",
    message: `The file ${message}. ${kept ? "What it served last stays served." : "Nothing of it is served."}`,
    remedy,
  };
}

function invalidWarnings(
  path: string,
  { identity, problems }: InvalidObject,
  served: Served,
  isFollowed: boolean,
): Warning[] {
  return problems.map(({ field, message, position }): Warning => {
    const said = `${field === "" ? "A document" : `\`${field}\``} ${message}`;
    if (identity === undefined) {
      return {
        object: path,
        field: positionText(position),
        reason: "ManifestUnreadable",
        message: `${said}. Which object is meant cannot be told${isFollowed ? ", so what the file served before stays served" : ""}.`,
        remedy:
          "Give the object a right `apiVersion`, `kind` and `metadata.name`, or take it out of the file.",
      };
    }
    const outcome =
      isFollowed && served.has(identityText(identity))
        ? "What was valid last stays served."
        : "The object is not served.";
    return {
      object: objectText(identity),
      field,
      reason: "ObjectInvalid",
      message: `${said} (${path}, ${positionText(position)}). ${outcome}`,
      remedy: `Correct the field; \`kubectl apply --dry-run=server -f ${path}\` checks it against the API.`,
    };
  });
}

function duplicateWarning({ object, file, winner }: Duplicate): Warning {
  const first = `${winner.file}, ${winner.found.place}`;
  return {
    object: objectText(object.identity),
    field: "metadata.name",
    reason: "ObjectDuplicate",
    message: `The object stands in ${first} and again in ${file}, ${object.place}. The first one is served.`,
    remedy: "Take one of the two out.",
  };
}

/** `Ingress shop/web`, `IngressClass lintel`. */
function objectText({ kind, key }: ObjectIdentity): string {
  return `${kind} ${key.startsWith("/") ? key.slice(1) : key}`;
}
