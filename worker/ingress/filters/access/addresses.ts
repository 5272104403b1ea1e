/** ingress-nginx `denylist-source-range` and `whitelist-source-range` (nginx `deny`, `allow`). */
import type { Access } from "../../../../contract/index.ts";
import { addressTest } from "../../address-ranges.ts";
import type { Problem } from "../../error-page.ts";
import type { Exchange } from "../filter.ts";
import type { Verdict } from "./check.ts";

const FORBIDDEN: Problem = { status: 403, detail: "This may not be accessed from your address." };

const everybody = () => true;
const nobody = () => false;

/** A range that cannot be read keeps everybody out. `undefined` where there are no lists. */
export function addressCheck({ allow, deny }: Access): ((exchange: Exchange) => Verdict) | undefined {
  if (allow === undefined && deny === undefined) return undefined;
  const isDenied = addressTest(deny ?? []) ?? everybody;
  const isAllowed = addressTest(allow ?? []) ?? nobody;
  const rest: Verdict = allow === undefined ? "abstained" : FORBIDDEN;
  return ({ client: { address } }) => {
    if (isDenied(address)) return FORBIDDEN;
    return isAllowed(address) ? "passed" : rest;
  };
}
