/** A refusal over HTTP: a request that no DNS message came out of, or that may not ask. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }

  toResponse(): Response {
    return new Response(`${this.status} ${this.message}\n`, {
      status: this.status,
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...this.headers },
    });
  }
}
