import type { UniformSource } from '../random/stream.js';

/** A distribution of non-negative numbers: durations in seconds, or counts, tokens, bytes. */
export interface Distribution {
  readonly mean: number;
  /** May be infinite. */
  readonly variance: number;
  /** Draws one value. Hot path: allocates nothing. */
  sample(random: UniformSource): number;
  /**
   * Turns uniform numbers into values, in place: those that `sample` makes of one uniform number each. Present where
   * `sample` uses exactly one; many at a time overlap in the processor.
   */
  transform?(uniforms: Float64Array): void;
  /** P(X <= x). */
  cdf(x: number): number;
  /** The smallest x with P(X <= x) >= p, for p in [0, 1]. */
  quantile(p: number): number;
}
