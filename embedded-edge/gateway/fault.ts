import { GATEWAY_FAULT_HEADER, type GatewayFault } from "../../contract/index.ts";

const STATUS: Record<GatewayFault, number> = {
  dial: 502,
  reset: 502,
  timeout: 504,
  target: 403,
  secret: 403,
};

/** A request that the gateway answers itself. */
export class GatewayError extends Error {
  override name = "GatewayError";
  readonly fault: GatewayFault;

  constructor(fault: GatewayFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }

  get status(): number {
    return STATUS[this.fault];
  }

  /** The answer's header fields, apart from those of the connection. */
  get fields(): string[] {
    return [
      GATEWAY_FAULT_HEADER,
      this.fault,
      "Content-Type",
      "text/plain; charset=utf-8",
      "Content-Length",
      String(Buffer.byteLength(this.body)),
    ];
  }

  get body(): string {
    return `${this.message}\n`;
  }
}
