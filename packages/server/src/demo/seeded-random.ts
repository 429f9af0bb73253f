/** Numbers that look random and are the same on every machine: xoshiro128** on 32-bit integers. */
export interface SeededRandom {
  /** A whole number from 0 to 2^32 − 1. */
  readonly next: () => number;
  /** A whole number from 0 to `limit` − 1, for a limit of at most 2^32. */
  readonly below: (limit: number) => number;
}

/** Numbers of a seed; each `stream` of the same seed has its own. */
export function seededRandom(seed: number, stream: string): SeededRandom {
  const mix = startMix(seed, stream);
  let a = mix();
  let b = mix();
  let c = mix();
  let d = mix();
  const next = (): number => {
    const fives = Math.imul(b, 5);
    const result = Math.imul((fives << 7) | (fives >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  };
  // A division by a power of two is exact, and the product is rounded the same way everywhere.
  return { next, below: (limit) => Math.floor((next() / 4_294_967_296) * limit) };
}

/** Spreads seed and stream over the start values, which must not all be zero. */
function startMix(seed: number, stream: string): () => number {
  let state = seed | 0;
  for (let i = 0; i < stream.length; i++) {
    state = Math.imul(state ^ stream.charCodeAt(i), 0x01000193) + 0x811c9dc5;
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
