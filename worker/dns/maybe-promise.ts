import type { MaybePromise } from "../snapshot/view.ts";

/** Goes on at once with a value at hand, and later with a promised one: answers from memory await nothing. */
export function andThen<T, U>(value: MaybePromise<T>, step: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(step) : step(value);
}

/** Like `catch`, for what may be at hand: what the attempt throws at once is rescued at once. */
export function recover<T>(
  attempt: () => MaybePromise<T>,
  rescue: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const pending = attempt();
    return pending instanceof Promise ? pending.catch(rescue) : pending;
  } catch (error) {
    return rescue(error);
  }
}

/** Like `Promise.all`: at hand where every value is. */
export function all<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
}
