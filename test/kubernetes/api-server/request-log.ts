import { type ApiRequest, matches, type RequestMatch } from "./request.ts";

/** Every request, in the order of arrival; and whoever waits for one. */
export class RequestLog {
  readonly requests: ApiRequest[] = [];
  #waiting: { readonly match: RequestMatch; readonly resolve: (request: ApiRequest) => void }[] = [];

  add(request: ApiRequest): void {
    this.requests.push(request);
    const met = this.#waiting.filter(({ match }) => matches(request, match));
    this.#waiting = this.#waiting.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve(request);
  }

  next(match: RequestMatch): Promise<ApiRequest> {
    const { promise, resolve } = Promise.withResolvers<ApiRequest>();
    this.#waiting.push({ match, resolve });
    return promise;
  }
}
