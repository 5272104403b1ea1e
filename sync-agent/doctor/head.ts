/** Whether the edge holds what our keys have signed, and takes more of it. */
import { ContractError, decodeRoot, IntegrityError, type Root, type Verifier } from "../../contract/index.ts";
import type { EdgeHead } from "../publish/edge-head.ts";
import { PublishError } from "../publish/error.ts";
import { fail, failed, type Finding, ok, skip, warn } from "./finding.ts";

const READ = "head";
const TAKEN = "head accepted";

export interface HeadCheck {
  readonly cluster: string;
  readonly edge: EdgeHead;
  readonly verifier: Verifier;
}

/** Offers the edge the very root that it holds, which changes nothing: it takes it if it takes our signature. */
export async function checkHead({ cluster, edge, verifier }: HeadCheck): Promise<Finding[]> {
  let text: string | undefined;
  try {
    text = await edge.get();
  } catch (error) {
    if (error instanceof PublishError) return [failed(READ, error), skip(TAKEN, "the head cannot be read")];
    throw error;
  }
  if (text === undefined) {
    const later =
      "start the agent, then run this again: only then it shows whether the edge takes your signature";
    return [
      warn(READ, "the edge answers, and nothing has been published yet", later),
      skip(TAKEN, "see above"),
    ];
  }
  const root = await rootOf(text, cluster, verifier);
  if ("outcome" in root) return [root, skip(TAKEN, "see above")];
  return [
    ok(READ, `generation ${root.generation} of cluster ${root.cluster}, signed with these keys`),
    await offer(edge, text, root),
  ];
}

async function rootOf(text: string, cluster: string, verifier: Verifier): Promise<Root | Finding> {
  try {
    const root = await decodeRoot(text, verifier);
    if (root.cluster === cluster) return root;
    const remedy = "check --cluster here, at the agent and in the edge's LINTEL_CLUSTERS";
    return fail(READ, `the edge serves cluster ${root.cluster}, not ${cluster}`, remedy);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const remedy =
      error instanceof IntegrityError
        ? "use the keys that the agent signs with, and give the edge their public key (LINTEL_PUBLIC_KEY)"
        : "check that --head-url is the edge's, and that agent and edge are of one version";
    return fail(READ, error.message, remedy);
  }
}

async function offer(edge: EdgeHead, text: string, { generation }: Root): Promise<Finding> {
  try {
    const outcome = await edge.put(text, generation);
    if (outcome === "taken") return ok(TAKEN, `generation ${generation} again, which changes nothing`);
    return ok(TAKEN, "the edge verified it, and holds a newer one by now");
  } catch (error) {
    if (error instanceof PublishError) return failed(TAKEN, error);
    throw error;
  }
}
