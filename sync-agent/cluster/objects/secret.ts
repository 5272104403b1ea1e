/** Secret, v1. No message here repeats a value. */
import * as z from "zod";
import { toBase64, utf8 } from "../../../contract/index.ts";
import type { Secret } from "../state.ts";
import { defaultedText, stringMap } from "./fields.ts";
import { namespacedMetadata } from "./metadata.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

export const secret = z
  .object({
    metadata: namespacedMetadata(),
    type: defaultedText(z.string(), "Opaque"),
    data: stringMap,
    stringData: stringMap,
  })
  .transform(({ metadata, type, data, stringData }, context): Secret => {
    const encoded: Record<string, string> = {};
    for (const [key, value] of Object.entries(data)) {
      // Line feeds within are legal: the API's decoder passes over them.
      const text = value.replaceAll(/[\r\n]/g, "");
      if (!BASE64.test(text)) {
        const message = "is not base64; plain text belongs in `stringData`";
        context.addIssue({ code: "custom", message, path: ["data", key] });
      }
      encoded[key] = text;
    }
    for (const [key, value] of Object.entries(stringData)) encoded[key] = toBase64(utf8(value));
    for (const key of Object.keys(encoded).filter((key) => !KEY.test(key))) {
      const message = "is not a key of a Secret: at most 253 letters, digits, `-`, `_` and `.`";
      context.addIssue({ code: "custom", message, path: [key in data ? "data" : "stringData", key] });
    }
    return { metadata, type, data: encoded };
  });
