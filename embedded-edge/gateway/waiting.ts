/** Whether somebody still waits for an answer. What an AbortController does, at a small part of its cost. */
export class Waiting {
  #given = false;
  #listener: (() => void) | undefined;

  get givenUp(): boolean {
    return this.#given;
  }

  /** Calls when nobody waits any more, at once if so it is; of several listeners the last. */
  onGivenUp(listener: () => void): void {
    this.#listener = listener;
    if (this.#given) listener();
  }

  giveUp(): void {
    this.#given = true;
    this.#listener?.();
  }
}
