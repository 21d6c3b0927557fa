/**
 * Effects of a factor in a full grid. Every level of a factor meets the same combinations of the others, and replication
 * i has the same random numbers at every point, so replications are blocks (rows) and levels treatments (columns): what
 * varies between the blocks is no noise.
 *
 * Every combination is simulated, so nothing is sampled but the replications: the shares are those of the grid itself.
 */
import type { Estimate } from '../document.js';
import { estimate } from '../estimate.js';
import { fUpperTail } from '../statistics/f-distribution.js';

/** By block, then by column. All blocks have all columns, and there are at least `BLOCKS_MIN`. */
export type Blocks = readonly (readonly number[])[];

/** Sums of the same numbers in another order differ by so much of their value; that is no effect. */
const ROUNDING = 1e-12;
/** Fewer replications say nothing of what varies between them. */
export const BLOCKS_MIN = 3;

/**
 * Variance of the columns' true means about their mean: that of the observed means less what the noise adds to it,
 * (columns − 1)/columns · residual mean square/blocks. Unbiased, so it can be negative.
 */
export function varianceOfMeans(blocks: Blocks): number {
  const columns = blocks[0]!.length;
  const deviations = columnMeans(centred(blocks));
  const raw = sumOfSquares(deviations) / columns;
  if (columns < 2) return raw;
  return raw - ((columns - 1) * residualMeanSquare(blocks)) / (columns * blocks.length);
}

/** Mean square of what blocks and columns do not explain together; the noise's variance, once per cell. */
export function residualMeanSquare(blocks: Blocks): number {
  const rows = centred(blocks);
  const means = columnMeans(rows);
  const sum = rows.reduce(
    (total, row) => total + sumOfSquares(row.map((value, column) => value - means[column]!)),
    0,
  );
  return sum / ((blocks.length - 1) * (means.length - 1));
}

/**
 * A factor's share of the variance over the grid, with the interval of the jackknife over replications (R. G. Miller,
 * "The jackknife: a review", Biometrika 61 (1974)).
 *
 * @param levels the metric by replication and level, averaged over the other factors
 * @param points the metric by replication and point
 */
export function shareOfVariance(levels: Blocks, points: Blocks): Estimate {
  const share = ratio(varianceOfMeans(levels), varianceOfMeans(points));
  const mean = clamped(share);
  const count = levels.length;
  const without = (blocks: Blocks, index: number) => blocks.filter((_, i) => i !== index);
  const pseudo = levels.map((_, index) => {
    const left = ratio(varianceOfMeans(without(levels, index)), varianceOfMeans(without(points, index)));
    return count * share - (count - 1) * left;
  });
  const { ci_low: low, ci_high: high } = estimate(pseudo);
  const half = (high! - low!) / 2;
  return { mean, ci_low: clamped(share - half), ci_high: clamped(share + half) };
}

/**
 * Probability of columns as different as these where there is no effect: F test of randomised blocks, its degrees of
 * freedom lowered for columns that vary or depend on each other unequally (S. Geisser & S. W. Greenhouse, "An extension
 * of Box's results on the use of the F distribution in multivariate analysis", Ann. Math. Stat. 29 (1958)). For two
 * columns it is the paired t test. Null where there are too few blocks for a test.
 */
export function effectProbability(blocks: Blocks): number | null {
  const count = blocks.length;
  const columns = blocks[0]!.length;
  if (columns < 2) return null;
  const between = (count * sumOfSquares(columnMeans(centred(blocks)))) / (columns - 1);
  if (between === 0) return 1;
  const within = residualMeanSquare(blocks);
  if (within === 0) return 0;
  const epsilon = sphericity(blocks);
  const [above, below] = [epsilon * (columns - 1), epsilon * (columns - 1) * (count - 1)];
  return fUpperTail(between / within, above, below);
}

/** Change of the mean from one column to another. */
export function changeBetween(blocks: Blocks, from: number, to: number): Estimate {
  return estimate(centred(blocks).map((row) => row[to]! - row[from]!));
}

/**
 * Geisser and Greenhouse's ε̂ = tr(S)² / ((k − 1) tr(S²)), S the covariance of the k columns with rows and columns
 * centred: 1 where differences of all pairs of columns vary alike, 1/(k − 1) at worst. Computed from the products of
 * the blocks, of which there are fewer: tr(XᵀX) and tr((XᵀX)²) are those of XXᵀ.
 */
function sphericity(blocks: Blocks): number {
  const rows = centred(blocks);
  const means = columnMeans(rows);
  const residuals = rows.map((row) => row.map((value, column) => value - means[column]!));
  let trace = 0;
  let traceOfSquare = 0;
  for (const [i, a] of residuals.entries())
    for (const [j, b] of residuals.entries()) {
      const product = a.reduce((sum, value, column) => sum + value * b[column]!, 0);
      if (i === j) trace += product;
      traceOfSquare += product * product;
    }
  return (trace * trace) / ((means.length - 1) * traceOfSquare);
}

/** Each block less its own mean. */
function centred(blocks: Blocks): number[][] {
  return blocks.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    return row.map((value) => {
      const deviation = value - mean;
      return Math.abs(deviation) <= ROUNDING * Math.abs(mean) ? 0 : deviation;
    });
  });
}

function columnMeans(rows: Blocks): number[] {
  return rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
}

const sumOfSquares = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0);

/** A part that is not there is none of a whole that is not there. */
const ratio = (part: number, whole: number): number => (part > 0 && whole > 0 ? part / whole : 0);
const clamped = (share: number): number => Math.min(1, Math.max(0, share));
