/** Numbers from 0 to below 1, the same ones in each run (Marsaglia, "Xorshift RNGs", 2003). */
export function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
