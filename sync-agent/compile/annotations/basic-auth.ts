import { type BasicAuth, fromBase64, fromUtf8 } from "../../../contract/index.ts";
import { objectKey, type Secret } from "../../cluster/state.ts";
import { type Htpasswd, readHtpasswd, readUserMap } from "../htpasswd.ts";
import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationContext } from "./group.ts";
import { objectReference, ownReference } from "./references.ts";
import type { AnnotationReader } from "./reader.ts";
import { line, oneOf } from "./values.ts";

const authType = nginx("auth-type", {
  type: "`basic`",
  default: "none",
  example: "basic",
  text: "Asks for a user name and a password (RFC 7617). Without them, or with wrong ones, the answer is 401. The Authorization header does not go on to the Service.",
  difference: "`digest` is refused, and closes the Ingress.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  onBadValue: "close",
  read(text) {
    if (text.trim().toLowerCase() !== "digest") return oneOf("basic")(text);
    throw new BadValue("is not served: digests need passwords in clear, or MD5", `Write "basic".`);
  },
});

export const authSecret = nginx("auth-secret", {
  type: "Secret, as `name` or `namespace/name`",
  default: "none",
  example: "shop/users",
  text: "The users and the hashes of their passwords: bcrypt, apr1 (MD5), {SHA} or {SSHA}. Without a Secret that can be read the Ingress is closed; with one that has no user it answers 401. The hashes, and nothing else of the Secret, are a part of the snapshot, where whoever can read the KV store can read them: take bcrypt. An isolate of the edge checks bcrypt hashes one at a time, and remembers right passwords for five minutes; whoever waits longer than 15 seconds gets 503.",
  difference:
    "The Secret must be in the Ingress's namespace. crypt and passwords in clear are refused: such users are left out with a warning, as are bcrypt hashes of a cost above 14.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  onBadValue: "close",
  read: objectReference("Secret"),
});

const authSecretType = nginx("auth-secret-type", {
  type: "`auth-file` or `auth-map`",
  default: "auth-file",
  example: "auth-map",
  text: "Whether the Secret holds a htpasswd file under the key `auth`, or a key with the hash for each user.",
  onBadValue: "close",
  read: oneOf("auth-file", "auth-map"),
});

const DEFAULT_REALM = "Authentication Required";

const authRealm = nginx("auth-realm", {
  type: "text",
  default: DEFAULT_REALM,
  example: "Shop",
  text: "What the browser shows as the place that the password is for.",
  read(text) {
    const value = line(text);
    if (/^[\u0020-\u007E]+$/.test(value)) return value;
    throw new BadValue("holds characters that headers cannot carry", "Write it in ASCII.");
  },
});

export const basicAuthAnnotations = [authType, authSecret, authSecretType, authRealm] as const;

/** `undefined` where there is none, or where the reader has been told that there can be none. */
export function readBasicAuth(reader: AnnotationReader, context: AnnotationContext): BasicAuth | undefined {
  const type = reader.read(authType);
  const name = reader.read(authSecret);
  const form = reader.read(authSecretType);
  const realm = reader.read(authRealm) ?? DEFAULT_REALM;
  if (type === undefined) {
    if (name !== undefined && !reader.has(authType)) noteWithoutType(reader);
    return undefined;
  }
  if (!reader.has(authSecret)) {
    reader.refuse(authType, new BadValue("comes without users", "Name a Secret in auth-secret."));
  }
  if (name === undefined || (form === undefined && reader.has(authSecretType))) return undefined;
  try {
    const secret = secretOf(name, context);
    const { users, refused } = form === "auth-map" ? usersOfMap(secret) : usersOfFile(secret);
    warnOfUsers(reader, secret, refused);
    if (Object.keys(users).length === 0) {
      const message = `Secret ${objectKey(secret.metadata)} has no user that can be let in; every password is refused.`;
      reader.note(authSecret, message, "Add one with `htpasswd -B`.", "SecretInvalid");
    }
    return { realm, users };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    reader.refuse(authSecret, error);
    return undefined;
  }
}

function noteWithoutType(reader: AnnotationReader): void {
  reader.note(
    authSecret,
    "Without auth-type nobody is asked for a password; the Ingress is open, as with ingress-nginx.",
    `Add auth-type: "basic", or take auth-secret out.`,
  );
}

function secretOf(name: string, { ingress, secrets }: AnnotationContext): Secret {
  const key = ownReference("Secret", name, ingress);
  const secret = secrets.get(key);
  if (secret !== undefined) return secret;
  throw new BadValue(`names Secret ${key}, which does not exist`, "Create the Secret.");
}

function usersOfFile({ data }: Secret): Htpasswd {
  const text = data["auth"] === undefined ? undefined : decode(data["auth"]);
  if (text !== undefined) return readHtpasswd(text);
  const remedy = "Put the htpasswd file under the key `auth`, or write auth-secret-type: auth-map.";
  throw new BadValue("names a Secret without a text under the key `auth`", remedy);
}

function usersOfMap({ data }: Secret): Htpasswd {
  return readUserMap(
    Object.fromEntries(Object.entries(data).map(([user, hash]) => [user, decode(hash) ?? ""])),
  );
}

/** `undefined` for what is not UTF-8 in base64. */
function decode(base64: string): string | undefined {
  const bytes = fromBase64(base64);
  try {
    return bytes && fromUtf8(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function warnOfUsers(reader: AnnotationReader, { metadata }: Secret, refused: Htpasswd["refused"]): void {
  for (const { where, problem } of refused) {
    const message = `Secret ${objectKey(metadata)}, ${where} ${problem}; nobody is let in by this entry.`;
    reader.note(authSecret, message, "Make the entry anew with `htpasswd -B`.", "SecretInvalid");
  }
}
