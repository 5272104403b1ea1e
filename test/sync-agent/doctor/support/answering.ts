/** Servers that answer what a test says, without sockets. */

export interface Answering {
  readonly fetch: typeof fetch;
  /** `GET /path` of each request. */
  readonly requests: string[];
}

/** @param answer to a path; what it throws is a failure of the network. */
export function answering(
  answer: (path: string, request: Request) => Response | Promise<Response>,
): Answering {
  const requests: string[] = [];
  return {
    requests,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      return answer(pathname, request);
    },
  };
}

export function envelope(result: unknown): Response {
  return Response.json({ success: true, errors: [], messages: [], result });
}

export function refusal(status: number, code: number, message: string): Response {
  return Response.json(
    { success: false, errors: [{ code, message }], messages: [], result: null },
    { status },
  );
}

/** `fetch`'s own error for a port that nobody listens on. */
export function unreachable(): never {
  throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
}
