import { type Place, placeText } from "./source.ts";

/** A Corefile that cannot be served at all, as CoreDNS would not start with it. */
export class CorefileError extends Error {
  override name = "CorefileError";
  readonly place: Place;
  /** Without a full stop at its end. */
  readonly problem: string;
  readonly remedy: string;

  constructor(place: Place, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${placeText(place)}: ${problem}`, options);
    this.place = place;
    this.problem = problem;
    this.remedy = remedy;
  }
}
