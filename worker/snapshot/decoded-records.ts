import type { Decoded } from "./shard.ts";

/**
 * Holds decoded records to a budget. Which go is found as by the hand of a clock: whoever was asked for since it last came
 * by stays for another round. So a request marks what it uses, and moves nothing.
 */
export class DecodedRecords {
  readonly #budgetBytes: number;
  readonly #records = new Set<Decoded>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Of their texts. */
  get bytes(): number {
    return this.#bytes;
  }

  add(added: Decoded): void {
    this.#records.add(added);
    this.#bytes += added.bytes;
    for (const record of this.#records) {
      if (this.#bytes <= this.#budgetBytes) return;
      // What is too large for the budget alone stays until the next comes.
      if (record === added) continue;
      if (record.isUsed) this.#spare(record);
      else this.drop(record);
    }
  }

  drop(record: Decoded): void {
    if (!this.#records.delete(record)) return;
    this.#bytes -= record.bytes;
    record.shard.drop(record);
  }

  /** Behind all others. */
  #spare(record: Decoded): void {
    record.isUsed = false;
    this.#records.delete(record);
    this.#records.add(record);
  }
}
