import type { MaybePromise } from "../snapshot/view.ts";

/** Goes on at once with a value at hand, and later with a promised one: answers from memory await nothing. */
export function andThen<T, U>(value: MaybePromise<T>, step: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(step) : step(value);
}
