/**
 * Mean and variance of a truncated distribution, from integrals of its cdf: for X on [a, b],
 * E[X - a] = integral of P(X > x), and E[(X - a)^2] = integral of 2 (x - a) P(X > x). No term cancels.
 */
import { pow } from '../math.js';
import type { Distribution } from './distribution.js';

/** Panels of equal probability; finer ones follow towards both ends, halving the probability each time. */
const PANELS = 16;
const TAIL_PANELS = 40;
const DEPTH_MAX = 40;
/** Per panel; enough for one step down to the last bit, and an end where the cdf's own rounding is the limit. */
const EVALUATIONS_MAX = 2000;
const TOLERANCE = 1e-12;

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Moments of `base` given min <= X <= max, where that has probability `mass` and X < min has `below`. */
export function momentsBetween(
  base: Distribution,
  min: number,
  max: number,
  below: number,
  mass: number,
): Moments {
  if (max < Number.POSITIVE_INFINITY) return boundedMoments(base, min, max, below, mass);
  if (base.mean === Number.POSITIVE_INFINITY) return { mean: base.mean, variance: base.variance };
  // What lies above min is the whole less what lies below it, and the whole is known exactly.
  if (below < 1e-15) return { mean: base.mean, variance: base.variance };
  const lower = boundedMoments(base, 0, min, 0, below);
  const mean = (base.mean - below * lower.mean) / mass;
  const secondAboutMean = base.variance + pow(base.mean - mean, 2);
  const lowerAboutMean = lower.variance + pow(lower.mean - mean, 2);
  return { mean, variance: (secondAboutMean - below * lowerAboutMean) / mass };
}

function boundedMoments(base: Distribution, low: number, high: number, below: number, mass: number): Moments {
  const survival = (x: number): number => Math.min(Math.max(1 - (base.cdf(x) - below) / mass, 0), 1);
  const edges = panelEdges(base, low, high, below, mass);
  const first = integrate(survival, edges);
  const second = integrate((x) => 2 * (x - low) * survival(x), edges);
  return { mean: low + first, variance: Math.max(second - first * first, 0) };
}

/** Where the distribution does something: quantiles, so that no panel hides a step or a spike. */
function panelEdges(
  base: Distribution,
  low: number,
  high: number,
  below: number,
  mass: number,
): readonly number[] {
  const edges = [low, high];
  const add = (share: number): void => {
    edges.push(Math.min(Math.max(base.quantile(below + share * mass), low), high));
  };
  for (let i = 1; i < PANELS; i += 1) add(i / PANELS);
  for (let i = 0, share = 1 / PANELS; i < TAIL_PANELS; i += 1) {
    share /= 2;
    add(share);
    add(1 - share);
  }
  return edges.sort((a, b) => a - b);
}

interface Panel {
  readonly from: number;
  readonly to: number;
  readonly fFrom: number;
  readonly fMiddle: number;
  readonly fTo: number;
  readonly integral: number;
}

function panelOf(from: number, to: number, fFrom: number, fMiddle: number, fTo: number): Panel {
  return { from, to, fFrom, fMiddle, fTo, integral: ((to - from) / 6) * (fFrom + 4 * fMiddle + fTo) };
}

/** Adaptive Simpson quadrature with Richardson's correction (Lyness 1969), from the first edge to the last. */
function integrate(f: (x: number) => number, edges: readonly number[]): number {
  const panels: Panel[] = [];
  for (let i = 1; i < edges.length; i += 1) {
    const [from, to] = [edges[i - 1], edges[i]];
    if (to > from) panels.push(panelOf(from, to, f(from), f((from + to) / 2), f(to)));
  }
  const rough = panels.reduce((sum, panel) => sum + panel.integral, 0);
  return panels.reduce(
    (sum, panel) =>
      sum + refine(f, panel, (rough * TOLERANCE) / panels.length, DEPTH_MAX, { left: EVALUATIONS_MAX }),
    0,
  );
}

function refine(
  f: (x: number) => number,
  whole: Panel,
  tolerance: number,
  depth: number,
  evaluations: { left: number },
): number {
  const { from, to, fFrom, fMiddle, fTo } = whole;
  const middle = (from + to) / 2;
  const left = panelOf(from, middle, fFrom, f((from + middle) / 2), fMiddle);
  const right = panelOf(middle, to, fMiddle, f((middle + to) / 2), fTo);
  evaluations.left -= 2;
  const both = left.integral + right.integral;
  const error = both - whole.integral;
  const enough = Math.abs(error) <= 15 * Math.max(tolerance, 1e-15 * Math.abs(both));
  if (enough || depth === 0 || evaluations.left <= 0) return both + error / 15;
  return (
    refine(f, left, tolerance / 2, depth - 1, evaluations) +
    refine(f, right, tolerance / 2, depth - 1, evaluations)
  );
}
