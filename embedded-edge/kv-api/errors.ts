/** Errors as Cloudflare's API reports them. */

/** The error codes of Cloudflare's KV API that are used here. */
export const KV_ERROR = {
  authentication: 10000,
  unavailable: 10001,
  noRoute: 7003,
  keyNotFound: 10009,
  malformedValue: 10012,
  namespaceNotFound: 10013,
  payloadTooLarge: 10024,
  invalidLimit: 10028,
} as const;

type Status = 400 | 401 | 403 | 404 | 413 | 414 | 500 | 503;

/** A request that is refused; rendered as Cloudflare's envelope. */
export class KvApiError extends Error {
  override name = "KvApiError";
  readonly status: Status;
  readonly code: number;

  constructor(status: Status, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The shape of every answer but a value's. */
export function envelope(result: unknown, resultInfo?: object) {
  return {
    success: true,
    errors: [],
    messages: [],
    result,
    ...(resultInfo === undefined ? {} : { result_info: resultInfo }),
  };
}

export function failureEnvelope(error: KvApiError) {
  return {
    success: false,
    errors: [{ code: error.code, message: error.message }],
    messages: [],
    result: null,
  };
}
