/** Namespace, v1. */
import * as z from "zod";
import { dnsLabel } from "./fields.ts";
import { clusterMetadata } from "./metadata.ts";

export const namespace = z.object({ metadata: clusterMetadata(dnsLabel) });
