/** Numerical inversion for distributions without a closed form. */
import type { Distribution } from './distribution.js';

const ITERATIONS_MAX = 200;

/** Where an increasing function crosses 0 between `low` and `high`, to the last bit or so, by bisection. */
export function bisect(increasing: (x: number) => number, low: number, high: number): number {
  let below = low;
  let above = high;
  for (let i = 0; i < ITERATIONS_MAX; i += 1) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above) break;
    if (increasing(middle) < 0) below = middle;
    else above = middle;
  }
  return above;
}

/** The smallest x between `low` and `high` with cdf(x) >= p, by bisection: also right where the cdf jumps. */
export function invertCdf(distribution: Distribution, p: number, low: number, high: number): number {
  if (distribution.cdf(low) >= p) return low;
  let below = low;
  let above = high;
  for (let i = 0; i < ITERATIONS_MAX; i += 1) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above) break;
    if (distribution.cdf(middle) < p) below = middle;
    else above = middle;
  }
  return above;
}
