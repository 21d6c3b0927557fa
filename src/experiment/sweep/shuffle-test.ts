/**
 * Whether chance explains what a factor seems to do in a scattered design: a randomisation test. If the factor does
 * nothing, any shuffle of the values over the points is as likely as the one observed.
 *
 * What the other factors do is taken out first by regression, and the residuals are shuffled (P. E. Kennedy, "Randomization
 * tests in econometrics", J. Bus. Econ. Stat. 13 (1995)): beside a strong factor a weaker one would drown. Everything is
 * done on ranks, since latencies near saturation have tails that drown all else (W. J. Conover & R. L. Iman, "Rank
 * transformations", Am. Stat. 35 (1981)).
 *
 * Two statistics: differences between bins, which see every shape, and of numbers the correlation, which needs fewer
 * points for a trend. The smaller probability counts, doubled for having looked twice.
 */
import type { RandomStream } from '../../kernel/random/stream.js';
import type { Bins } from './binned-effects.js';

export interface TestedFactor {
  readonly bins: Bins;
  /** The factor's value at each point; null for categories. */
  readonly numbers: readonly number[] | null;
}

const SHUFFLES = 999;
/** Equal sums in another order differ in their last digits. */
const ROUNDING = 1 - 1e-12;
/** Squared, as a part of what there was. */
const ROUNDED = 1e-18;
/** Terms of the regression by point, at most: more leave residuals that no longer look like a shuffle. */
const TERMS_SHARE = 0.25;

interface Test {
  readonly factor: number;
  readonly residuals: Float64Array;
  readonly statistic: Statistic;
  /** Of a trend; null of what has no direction. */
  readonly isRising: boolean | null;
}

/** Of values taken in an order. */
type Statistic = (values: Float64Array, order: Int32Array) => number;

export interface ShuffleResult {
  /** Of as much where the factor has no effect, the observed order counted among the shuffles. */
  readonly probability: number;
  /** Which way the values go with the numbers, others' effects taken out. */
  readonly trend: { readonly isRising: boolean; readonly probability: number } | null;
}

export function shuffleTests(
  factors: readonly TestedFactor[],
  values: readonly number[],
  stream: RandomStream,
): ShuffleResult[] {
  const ranks = centredRanks(values);
  const tests = factors.flatMap((_, factor) => testsOf(factors, factor, ranks));
  const order = Int32Array.from({ length: values.length }, (_, point) => point);
  const observed = tests.map(({ residuals, statistic }) => statistic(residuals, order) * ROUNDING);
  const reached = tests.map(() => 1);
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(stream.next() * (last + 1));
      const point = order[last]!;
      order[last] = order[other]!;
      order[other] = point;
    }
    for (const [test, { residuals, statistic }] of tests.entries())
      if (statistic(residuals, order) >= observed[test]!) reached[test]!++;
  }
  return factors.map((_, factor) => {
    const own = [...tests.keys()].filter((test) => tests[test]!.factor === factor);
    const found = own.map((test) => Math.min(1, (own.length * reached[test]!) / (SHUFFLES + 1)));
    const { isRising } = tests[own.at(-1)!]!;
    return {
      probability: Math.min(...found),
      trend: isRising === null ? null : { isRising, probability: found.at(-1)! },
    };
  });
}

function testsOf(factors: readonly TestedFactor[], factor: number, ranks: Float64Array): Test[] {
  const { bins, numbers } = factors[factor]!;
  const terms = factors.flatMap((other, index) => (index === factor ? [] : termsOf(other)));
  const basis = terms.length > TERMS_SHARE * ranks.length ? [] : orthonormal(terms);
  const residuals = residualOf(ranks, basis);
  const shape = { factor, residuals, statistic: betweenBins(bins), isRising: null };
  if (numbers === null) return [shape];
  const own = residualOf(centredRanks(numbers), basis);
  return [shape, { factor, residuals, statistic: trend(own), isRising: product(own, residuals) > 0 }];
}

/** Columns of the regression: a number's ranks; for each level of a category but one whether a point has it. */
function termsOf({ bins, numbers }: TestedFactor): Float64Array[] {
  if (numbers !== null) return [centredRanks(numbers)];
  return Array.from({ length: bins.count - 1 }, (_, level) => {
    const has = Float64Array.from(bins.of, (bin) => (bin === level ? 1 : 0));
    const mean = has.reduce((sum, value) => sum + value, 0) / has.length;
    return has.map((value) => value - mean);
  });
}

/** The same space from columns of length 1 at right angles (modified Gram-Schmidt); columns that add nothing are left out. */
function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const rest = residualOf(column, basis);
    const size = Math.sqrt(product(rest, rest));
    if (size > 0) basis.push(rest.map((value) => value / size));
  }
  return basis;
}

function residualOf(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = values.slice();
  for (const column of basis) {
    const part = product(rest, column);
    for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! - part * column[i]!;
  }
  // What the regression explains whole leaves rounding errors, which are nobody's effect.
  return product(rest, rest) > ROUNDED * product(values, values) ? rest : rest.fill(0);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Sum of squares between the bins, of values that have mean 0. */
function betweenBins({ count, of }: Bins): Statistic {
  const sizes = new Float64Array(count);
  for (const bin of of) sizes[bin] = sizes[bin]! + 1;
  const sumOf = new Float64Array(count);
  return (values, order) => {
    sumOf.fill(0);
    for (let point = 0; point < of.length; point++) {
      const bin = of[point]!;
      sumOf[bin] = sumOf[bin]! + values[order[point]!]!;
    }
    let between = 0;
    for (let bin = 0; bin < count; bin++) between += (sumOf[bin]! * sumOf[bin]!) / sizes[bin]!;
    return between;
  };
}

function trend(own: Float64Array): Statistic {
  return (values, order) => {
    let sum = 0;
    for (let point = 0; point < own.length; point++) sum += own[point]! * values[order[point]!]!;
    return Math.abs(sum);
  };
}

/** Ranks less their mean, equal values with the mean of theirs. */
function centredRanks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++;
    for (let at = from; at <= to; at++) ranks[order[at]!] = (from + to - order.length + 1) / 2;
    from = to + 1;
  }
  return ranks;
}
