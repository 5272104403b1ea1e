/**
 * Octets that are no DNS message, or values that no DNS message can carry. The one error of this folder: whatever
 * octets come in, a decoder here returns or throws this.
 */
export class DnsFormatError extends Error {
  override name = "DnsFormatError";
  /** What is wrong: `name`, `message`, `RDATA of SRV`. */
  readonly what: string;

  constructor(what: string, problem: string) {
    super(`${what}: ${problem}`);
    this.what = what;
  }
}
