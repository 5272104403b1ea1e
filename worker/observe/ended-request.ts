/** A request that is over, as the observer is told of it. */
import type { HeaderLookup } from "../ingress/read-headers.ts";
import type { Ended } from "./observer.ts";

/** What the platform says of the connection is looked at where it is told on, and only there: it is a text to be parsed. */
export class EndedRequest implements Ended {
  readonly request: Request;
  readonly headers: HeaderLookup;
  readonly url: URL | undefined;
  readonly requestId: string;
  readonly span: Ended["span"];

  constructor(
    request: Request,
    headers: HeaderLookup,
    url: URL | undefined,
    requestId: string,
    span: Ended["span"],
  ) {
    this.request = request;
    this.headers = headers;
    this.url = url;
    this.requestId = requestId;
    this.span = span;
  }

  get protocol(): string | undefined {
    return this.#cf.httpProtocol;
  }

  get tls(): string | undefined {
    return this.#cf.tlsVersion;
  }

  get #cf(): Partial<IncomingRequestCfProperties> {
    return this.request.cf ?? {};
  }
}
