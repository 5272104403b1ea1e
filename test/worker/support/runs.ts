/** How hard the property tests search: `.ci/run` lets them try all that they name, `npm test` a fifth of it. */
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Set by LINTEL_THOROUGH=1. */
    readonly thorough: boolean;
  }
}

export const runs = (thorough: number): number =>
  inject("thorough") ? thorough : Math.max(10, Math.ceil(thorough / 5));
