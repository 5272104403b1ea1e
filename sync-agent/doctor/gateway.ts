/** Whether an origin gateway can be reached from here, knows our secret, and refuses what it must. */
import {
  type GatewayFault,
  GATEWAY_FAULT_HEADER,
  GATEWAY_HEADERS,
  isGatewayFault,
} from "../../contract/index.ts";
import { problemOf } from "../publish/error.ts";
import { fail, type Finding, ok, skip } from "./finding.ts";

export interface GatewayCheck {
  readonly url: string;
  /** `undefined` when the keys folder has none. */
  readonly secret: string | undefined;
  readonly fetch: typeof fetch;
  /** Of one request, in milliseconds. */
  readonly timeoutMs: number;
}

/** Cloud providers' metadata service: no gateway may ever dial it. */
const REFUSED_TARGET = "http://169.254.169.254:80";

export async function checkGateway(check: GatewayCheck): Promise<Finding[]> {
  const guarded = await checkGuarded(check);
  if (guarded.outcome !== "ok") return [guarded, skip("gateway secret", "see above")];
  return [guarded, await checkSecret(check)];
}

async function checkGuarded(check: GatewayCheck): Promise<Finding> {
  const name = "gateway";
  const answer = await ask(check, {});
  if (typeof answer === "object") {
    return fail(
      name,
      `${check.url} cannot be reached: ${answer.problem}`,
      "check that the gateway runs, and that --gateway can be reached from here (`kubectl port-forward` helps)",
    );
  }
  if (answer === "secret") return ok(name, `${check.url} refuses requests without the secret`);
  if (answer === "none") {
    return fail(
      name,
      `what answers at ${check.url} is no origin gateway`,
      "give --gateway the URL of the gateway itself, not of an application behind it",
    );
  }
  return fail(
    name,
    `it takes requests without the secret (it answered with fault ${answer})`,
    "give the gateway its secret, gateway.secret of the keys folder: it forwards whatever anybody asks for",
  );
}

async function checkSecret(check: GatewayCheck): Promise<Finding> {
  const name = "gateway secret";
  if (check.secret === undefined) return skip(name, "it needs --keys with gateway.secret");
  const answer = await ask(check, {
    [GATEWAY_HEADERS.secret]: check.secret,
    [GATEWAY_HEADERS.upstream]: REFUSED_TARGET,
    [GATEWAY_HEADERS.host]: "doctor.invalid",
  });
  if (answer === "target") {
    return ok(name, "it is taken, and an address outside the allowed ranges is refused");
  }
  if (answer === "secret") {
    return fail(
      name,
      "the gateway has another secret than the keys folder",
      "give gateway and edge (LINTEL_GATEWAY_SECRET) the gateway.secret of one keys folder",
    );
  }
  if (typeof answer === "object") {
    return fail(name, `the gateway cannot be reached: ${answer.problem}`, "see the gateway's log");
  }
  return fail(
    name,
    `the gateway was ready to dial ${REFUSED_TARGET} (it answered with ${answer === "none" ? "no fault" : `fault ${answer}`})`,
    "restrict its targets to the cluster's pod and service ranges",
  );
}

async function ask(
  { url, fetch, timeoutMs }: GatewayCheck,
  headers: Record<string, string>,
): Promise<GatewayFault | "none" | { readonly problem: string }> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    const fault = response.headers.get(GATEWAY_FAULT_HEADER);
    return isGatewayFault(fault) ? fault : "none";
  } catch (error) {
    return { problem: problemOf(error) };
  }
}
