/** 2^32 divided by the golden ratio: of all steps the one whose multiples spread most evenly (Weyl sequence). */
const STEP = 0x9e3779b9;
const RANGE = 2 ** 32;

/**
 * Numbers from 0 to below 1 that fill that range evenly: of any run of draws, the share that lies below a mark is as
 * large as the mark, give or take a few draws, where chance would miss it by their square root. It has no period that a
 * client could fall into step with.
 */
export class Rotation {
  #position: number;

  /** @param random where to begin, so that isolates do not all decide alike. */
  constructor(random: () => number) {
    this.#position = Math.floor(random() * RANGE);
  }

  readonly draw = (): number => {
    this.#position = (this.#position + STEP) % RANGE;
    return this.#position / RANGE;
  };
}
