import { hashText } from "./hash.ts";
import { Health } from "./health.ts";
import { Latency } from "./latency.ts";
import { Load } from "./load.ts";

/**
 * One endpoint of a pool, and what this isolate knows of it. It stays the same as long as its address is among the
 * Service's endpoints, whatever generation serves.
 */
export class Member {
  /** `10.244.3.7:8080`, an IPv6 address in brackets. */
  readonly address: string;
  readonly hash: number;
  readonly health = new Health();
  readonly latency: Latency;
  readonly load = new Load();

  constructor(address: string, latency = new Latency()) {
    this.address = address;
    this.hash = hashText(address);
    this.latency = latency;
  }
}
