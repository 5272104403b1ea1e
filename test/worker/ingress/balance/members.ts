import { Member } from "../../../../worker/ingress/balance/member.ts";

/** `10.0.<i>.<j>:8080`, n of them. */
export function addresses(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `10.0.${Math.floor(i / 250)}.${(i % 250) + 1}:8080`);
}

export function members(n: number): Member[] {
  return addresses(n).map((address) => new Member(address));
}

/** A reproducible Math.random (a linear congruential generator). */
export function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
