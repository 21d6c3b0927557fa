/**
 * The Gittins index of a task that has attained service a and whose size X has a known distribution:
 *
 *   G(a) = sup over d > 0 of P(a < X <= a + d) / E[min(X - a, d)], both given X > a
 *        = sup over b > a of (S(a) - S(b)) / (I(b) - I(a)),  S(x) = P(X > x), I(x) = integral of S from 0 to x:
 *
 * the best rate of completion that any further allotment d promises. In the plane of (I, 1 - S) it is the slope from
 * the point of a to the upper hull of the points behind it, so one pass from right to left tabulates it.
 */
import type { Distribution } from '../../kernel/distribution/distribution.js';

/** Even steps, of attained service and of probability, up to where the tail begins. */
const EVEN_STEPS = 512;
/** The last part of the probability, halved so many times, in so many steps each. */
const TAIL = 1 / 1024;
const TAIL_HALVINGS = 10;
const TAIL_STEPS = 16;
/** Just before a point: where the distribution jumps there, what held until then. */
const JUST_BELOW = 1 - 1e-12;
/** Of points closer than this the last is kept: quantiles found by bisection lie at a jump or one rounding behind it. */
const APART = 1 + 1e-9;
/** Indices that differ by less are equal but for the errors of the quadrature, and the earlier task goes first. */
const NOISE = 1e-6;

export class GittinsIndex {
  /** Attained service, ascending from 0. */
  private readonly attained: Float64Array;
  /** The index from there up to the next point. */
  private readonly indexHz: Float64Array;

  constructor(distribution: Distribution) {
    const points = gridOf(distribution);
    const survival = points.map((x) => 1 - distribution.cdf(x));
    this.attained = Float64Array.from(points);
    this.indexHz = steepestSlopes(integralsOf(distribution, points, survival), survival);
  }

  /** Per second of attained service; 0 where the distribution says that no task gets so far. */
  at(attained: number): number {
    let low = 0;
    let high = this.attained.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.attained[middle]! <= attained) low = middle;
      else high = middle;
    }
    return this.indexHz[low]!;
  }
}

function gridOf(distribution: Distribution): number[] {
  const points = [0];
  const bodyEnd = distribution.quantile(1 - TAIL);
  for (let i = 1; i <= EVEN_STEPS; i++) {
    points.push((bodyEnd * i) / EVEN_STEPS);
    points.push(distribution.quantile((i / EVEN_STEPS) * (1 - TAIL)));
  }
  let from = bodyEnd;
  let survival = TAIL;
  for (let halving = 0; halving < TAIL_HALVINGS; halving++) {
    survival /= 2;
    const to = distribution.quantile(1 - survival);
    for (let i = 1; i <= TAIL_STEPS; i++) points.push(from + ((to - from) * i) / TAIL_STEPS);
    from = to;
  }
  const largest = distribution.quantile(1);
  if (Number.isFinite(largest)) points.push(largest);
  points.sort((a, b) => a - b);
  return points.filter((x, i) => i === points.length - 1 || points[i + 1]! > x * APART);
}

/** I at each point, by Simpson's rule on each piece. */
function integralsOf(distribution: Distribution, points: readonly number[], survival: readonly number[]) {
  const integrals = [0];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const middle = 1 - distribution.cdf((from + to) / 2);
    const end = 1 - distribution.cdf(to * JUST_BELOW);
    integrals.push(integrals[i - 1]! + ((to - from) / 6) * (survival[i - 1]! + 4 * middle + end));
  }
  return integrals;
}

/** For each point, the steepest slope to a later one; the last has that of the one before, if anyone gets further. */
function steepestSlopes(integrals: readonly number[], survival: readonly number[]): Float64Array {
  const last = integrals.length - 1;
  const slopes = new Float64Array(last + 1);
  const slope = (a: number, b: number): number =>
    (survival[a]! - survival[b]!) / (integrals[b]! - integrals[a]!);
  const hull = [last];
  for (let a = last - 1; a >= 0; a--) {
    // Of the points still in the hull, those that the line to the next one passes over are no use to anyone before.
    while (hull.length > 1 && slope(a, hull.at(-1)!) <= slope(a, hull.at(-2)!)) hull.pop();
    const best = slope(a, hull.at(-1)!);
    hull.push(a);
    const after = slopes[a + 1]!;
    slopes[a] = Math.abs(best - after) <= NOISE * after ? after : best;
    if (a === last - 1 && survival[last]! > 0) slopes[last] = slopes[a]!;
  }
  return slopes;
}
