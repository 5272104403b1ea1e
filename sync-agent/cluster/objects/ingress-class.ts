/** IngressClass, networking.k8s.io/v1 and v1beta1. */
import * as z from "zod";
import type { IngressClass } from "../state.ts";
import { section } from "./fields.ts";
import { clusterMetadata } from "./metadata.ts";
import { isDnsSubdomain } from "./names.ts";

const DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class";

/** `example.com/controller`: a domain, a slash and a path. */
const controller = z.string().refine(
  (text) => {
    const slash = text.indexOf("/");
    return slash > 0 && slash < text.length - 1 && text.length <= 250 && isDnsSubdomain(text.slice(0, slash));
  },
  { error: "must be a path with a domain before it, such as example.com/controller" },
);

export const ingressClass = z
  .object({ metadata: clusterMetadata(), spec: section(z.object({ controller })) })
  .transform(({ metadata, spec }): IngressClass => ({
    metadata,
    controller: spec.controller,
    isDefault: metadata.annotations[DEFAULT_CLASS] === "true",
  }));
