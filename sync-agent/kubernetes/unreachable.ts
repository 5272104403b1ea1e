/** Requests that got no answer, as errors: what failed below HTTP, and what to do about it. Pure. */
import { KubeError } from "./client.ts";

export function unreachable(operation: string, server: string, cause: unknown): KubeError {
  const { code, text } = rootOf(cause);
  const { problem, remedy } = explain(code);
  const detail = text === "" || text === code ? "" : `: ${text}`;
  return new KubeError({
    operation,
    status: undefined,
    reason: "",
    problem: `${server} ${problem} (${code === "" ? "" : code}${code === "" ? text : detail})`,
    remedy,
    cause,
  });
}

interface Explanation {
  readonly problem: string;
  readonly remedy: string;
}

const REACH =
  "check that the API server runs and that this machine reaches it; the kubeconfig names its address";
const TRUST =
  "check certificate-authority(-data) and tls-server-name of the kubeconfig against the certificate that the server shows";

function explain(code: string): Explanation {
  switch (code) {
    case "ECONNREFUSED":
      return { problem: "refuses connections", remedy: REACH };
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return {
        problem: "has a name that does not resolve",
        remedy: "check the name, and this machine's DNS",
      };
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return {
        problem: "broke the connection",
        remedy: "nothing while it restarts; else look for a proxy or firewall that ends connections",
      };
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "UND_ERR_CONNECT_TIMEOUT":
      return { problem: "cannot be reached", remedy: `${REACH}; a firewall may drop packets` };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return { problem: "shows a certificate for another name", remedy: TRUST };
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return {
        problem: "shows a certificate that is not valid now",
        remedy: "renew it (`kubeadm certs renew`), or set this machine's clock",
      };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return { problem: "shows a certificate of an authority that is not trusted", remedy: TRUST };
    default:
      if (/^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(code)) {
        return {
          problem: "cannot be spoken to over TLS",
          remedy: `${TRUST}; http and https must not be mixed up`,
        };
      }
      return { problem: "gave no answer", remedy: REACH };
  }
}

/** The error that began it: those above it say no more than that something failed. */
function rootOf(error: unknown): { readonly code: string; readonly text: string } {
  let code = "";
  let text = String(error);
  for (let cause: unknown = error; cause instanceof Error; cause = nextCause(cause)) {
    const coded = cause as NodeJS.ErrnoException;
    if (typeof coded.code === "string") code = coded.code;
    if (cause.message !== "") text = cause.message;
  }
  return { code, text };
}

/** A name with several addresses fails with an error for each. */
function nextCause(error: Error): unknown {
  return error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
}
