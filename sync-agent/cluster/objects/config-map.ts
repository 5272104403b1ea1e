/** ConfigMap, v1. Of its values only texts are read; nothing here has a use for `binaryData`. */
import * as z from "zod";
import type { ConfigMap } from "../state.ts";
import { stringMap } from "./fields.ts";
import { namespacedMetadata } from "./metadata.ts";

export const configMap: z.ZodType<ConfigMap> = z.object({ metadata: namespacedMetadata(), data: stringMap });
