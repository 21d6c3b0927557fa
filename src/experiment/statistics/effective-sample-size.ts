/**
 * How many independent tasks the latencies of the runs are worth. Tasks that wait in one queue wait together, so that a
 * thousand of them say less than a thousand of a thousand queues. Runs are independent: if values of one run were, a
 * run's mean would vary by the variance of the values over their number; how much more it varies says what they are
 * worth (the "integrated autocorrelation time" of A. Sokal, "Monte Carlo methods in statistical mechanics", 1997, read
 * from replications; Kish's design effect, "Survey Sampling", 1965, with runs as clusters).
 *
 * Few runs say this roughly: with five within a factor of about three, with twenty of about two.
 */
import { Histogram } from '../../metrics/histogram.js';
import { BEYOND_MIN } from '../tail.js';

/** Of the mean of all values; null for fewer than two runs with values. At most the number of values. */
export function effectiveForMean(runs: readonly Histogram[]): number | null {
  const pooled = pool(runs);
  return effective(
    runs.map(({ count, mean }) => ({ count, mean })),
    pooled.mean,
    varianceOf(pooled),
  );
}

/** Of a quantile: of the share of values at or below it, whose variance needs no density. */
export function effectiveForQuantile(runs: readonly Histogram[], p: number): number | null {
  const pooled = pool(runs);
  const value = pooled.quantile(p);
  const share = pooled.fractionUpTo(value);
  return effective(
    runs.map((run) => ({ count: run.count, mean: run.fractionUpTo(value) })),
    share,
    share * (1 - share),
  );
}

interface RunMean {
  readonly count: number;
  readonly mean: number;
}

function effective(runs: readonly RunMean[], mean: number, variance: number): number | null {
  const filled = runs.filter(({ count }) => count > 0);
  if (filled.length < 2) return null;
  const count = filled.reduce((sum, run) => sum + run.count, 0);
  // Long runs count by their length, as they do in the mean of all values.
  const squares = filled.reduce((sum, run) => {
    const deviation = (run.count * filled.length * (run.mean - mean)) / count;
    return sum + deviation * deviation;
  }, 0);
  const varianceOfMean = squares / (filled.length - 1) / filled.length;
  return varianceOfMean === 0 ? count : Math.min(count, variance / varianceOfMean);
}

function pool(runs: readonly Histogram[]): Histogram {
  const pooled = new Histogram();
  for (const run of runs) pooled.merge(run);
  return pooled;
}

/** From the buckets: good to about 1%. */
function varianceOf(histogram: Histogram): number {
  const { fraction, value } = histogram.curve();
  const { mean } = histogram;
  return value.reduce(
    (sum, x, i) => sum + (fraction[i]! - (fraction[i - 1] ?? 0)) * (x - mean) * (x - mean),
    0,
  );
}

/**
 * Why a tail cannot be told from so many tasks, in words; null where it can.
 * @param effective how many independent tasks they are worth; by default all
 */
export function tooShortForTail(count: number, effective: number | null, p: number): string | null {
  const worth = Math.min(count, effective ?? count);
  // 1 − p has rounding errors: 10 of a thousand lie beyond p99.
  const share = Number((1 - p).toPrecision(12));
  if (worth * share >= BEYOND_MIN) return null;
  const needed = Math.ceil(BEYOND_MIN / share);
  const what = `p${Number((100 * p).toPrecision(12))} from ${whole(count)} tasks`;
  const of = worth < 0.9 * count ? ` that are worth about ${whole(worth)} independent ones` : '';
  return `${what}${of}: it takes about ${whole(needed)}${of === '' ? '' : ' such'}`;
}

/** With a comma between thousands; two digits are enough of what is only about right. */
function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
