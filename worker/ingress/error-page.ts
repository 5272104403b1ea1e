/** The edge's own answers: small, plain, in the form that the client asks for, with the request's id. */
import { parseAccept } from "hono/utils/accept";

export interface Problem {
  readonly status: number;
  /** One sentence for the person who reads it. It names nothing of the cluster's inside. */
  readonly detail: string;
  /** What the answer says beside the page, as a WWW-Authenticate. */
  readonly headers?: Readonly<Record<string, string>>;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  403: "Forbidden",
  405: "Method Not Allowed",
  413: "Content Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function errorPage(
  problem: Problem,
  accept: string | null,
  requestId: string,
  now: () => number,
): Response {
  const { status, detail } = problem;
  const title = TITLES[status] ?? "Error";
  const [type, body] = render(preferredType(accept), { status, title, detail, requestId });
  return new Response(body, {
    status,
    headers: {
      ...problem.headers,
      "content-type": type,
      "cache-control": "no-store",
      "x-request-id": requestId,
      server: "lintel",
      date: new Date(now()).toUTCString(),
    },
  });
}

type Form = "text/plain" | "text/html" | "application/json";

/** RFC 9110 12.5.1, of three forms; plain text for whoever has no preference. */
function preferredType(accept: string | null): Form {
  if (accept === null) return "text/plain";
  const forms: readonly Form[] = ["text/plain", "text/html", "application/json"];
  let best: { form: Form; q: number } = { form: "text/plain", q: 0 };
  for (const { type, q } of parseAccept(accept)) {
    const form =
      type === "application/problem+json"
        ? "application/json"
        : forms.find((candidate) => candidate === type);
    if (form !== undefined && q > best.q) best = { form, q };
  }
  return best.form;
}

interface Facts {
  status: number;
  title: string;
  detail: string;
  requestId: string;
}

function render(form: Form, { status, title, detail, requestId }: Facts): [type: string, body: string] {
  switch (form) {
    case "application/json":
      return ["application/problem+json", `${JSON.stringify({ status, title, detail, requestId })}\n`];
    case "text/html": {
      const heading = `${status} ${title}`;
      return [
        "text/html; charset=utf-8",
        `<!doctype html><html lang="en"><title>${heading}</title><h1>${heading}</h1>` +
          `<p>${escapeHtml(detail)}</p><p>Request id: <code>${escapeHtml(requestId)}</code></p></html>\n`,
      ];
    }
    case "text/plain":
      return ["text/plain; charset=utf-8", `${status} ${title}: ${detail}\nRequest id: ${requestId}\n`];
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}
