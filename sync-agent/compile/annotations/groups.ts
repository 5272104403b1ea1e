import { access } from "./access.ts";
import { affinity } from "./affinity.ts";
import { balancing } from "./balancing.ts";
import { bodies } from "./bodies.ts";
import { caching } from "./caching.ts";
import { canary } from "./canary.ts";
import { cors } from "./cors.ts";
import { errorPages } from "./error-pages.ts";
import { forwarding } from "./forwarding.ts";
import type { AnnotationGroup } from "./group.ts";
import { hsts } from "./hsts.ts";
import { limits } from "./limits.ts";
import { logging } from "./logging.ts";
import { mirroring } from "./mirroring.ts";
import { redirects } from "./redirects.ts";
import { responses } from "./responses.ts";
import { rewriting } from "./rewriting.ts";

/** Every annotation that is served, in the order of docs/annotations.md. */
export const GROUPS: readonly AnnotationGroup[] = [
  rewriting,
  redirects,
  hsts,
  bodies,
  cors,
  limits,
  access,
  forwarding,
  balancing,
  affinity,
  canary,
  responses,
  errorPages,
  mirroring,
  caching,
  logging,
];
