/**
 * Which factors a metric depends on: each one's share of the metric's variance over the design, whether chance explains
 * it, and which way the metric goes. Complete grids with some replications are judged by these (`blocked-effects`), all
 * else by its points (`binned-effects`).
 */
import { StreamFactory } from '../../kernel/random/streams.js';
import type { Estimate } from '../document.js';
import { holm } from '../statistics/holm.js';
import { type Bins, changeBetweenGroups, sharesOfVariance } from './binned-effects.js';
import {
  BLOCKS_MIN,
  type Blocks,
  changeBetween,
  effectProbability,
  residualMeanSquare,
  shareOfVariance,
} from './blocked-effects.js';
import type { EffectLevel, FactorEffect, FactorValue, MetricSensitivity } from './document.js';
import { type ShuffleResult, shuffleTests } from './shuffle-test.js';

export interface SensitivityFactor {
  readonly name: string;
  readonly kind: 'number' | 'category';
}

/** A point with all its replications. */
export interface SensitivityPoint {
  /** In the order of the factors. */
  readonly values: readonly FactorValue[];
  /** The metric, by replication; as many at every point. */
  readonly runs: readonly number[];
}

/** The error that is allowed over all factors of a metric together. */
const ALPHA = 0.05;
/** Square root of the number of points, within these: enough points in each bin, enough bins to follow a curve. */
const BINS_MIN = 2;
const BINS_MAX = 20;
/** Values differ if they do by more than this part of the largest. */
const ROUNDING = 1e-12;

interface Sample {
  readonly factors: readonly SensitivityFactor[];
  readonly points: readonly SensitivityPoint[];
  /** Of each point over its replications. */
  readonly means: readonly number[];
  /** By factor. */
  readonly groups: readonly Grouping[];
}

/** The points by level or bin of one factor. */
interface Grouping {
  readonly isBinned: boolean;
  /** By point: the position in `levels`. */
  readonly of: readonly number[];
  readonly levels: readonly EffectLevel[];
}

interface Judged {
  readonly share: Estimate;
  readonly pValue: number | null;
  readonly change: FactorEffect['change'];
  readonly way: 'rises' | 'falls' | 'unclear';
}

/** @param seed for shuffles and resamples */
export function sensitivityOf(
  metric: string,
  factors: readonly SensitivityFactor[],
  points: readonly SensitivityPoint[],
  seed: string,
): MetricSensitivity {
  const means = points.map(({ runs }) => meanOf(runs));
  const largest = means.reduce((size, mean) => Math.max(size, Math.abs(mean)), 0);
  const varies = means.some((mean) => Math.abs(mean - means[0]!) > ROUNDING * largest);
  if (!varies) return { metric, points: points.length, varies, effects: [], unexplained_share: 0 };
  const isGrid = points[0]!.runs.length >= BLOCKS_MIN && isCompleteGrid(factors.length, points);
  const bins = Math.max(BINS_MIN, Math.min(BINS_MAX, Math.floor(Math.sqrt(points.length))));
  const groups = factors.map((factor, column) =>
    groupingOf(factor, column, points, means, isGrid ? points.length : bins),
  );
  const sample = { factors, points, means, groups };
  const judged = isGrid
    ? groups.map((_, column) => judgedInGrid(sample, column))
    : judgedScattered(sample, new StreamFactory(`${seed}/sensitivity/${metric}`));
  return {
    metric,
    points: points.length,
    varies,
    effects: ranked(sample, judged),
    unexplained_share: Math.max(0, 1 - judged.reduce((sum, { share }) => sum + share.mean, 0)),
  };
}

/** Largest share first; of equal ones the smaller p value, then the factors' order. */
function ranked({ factors, groups }: Sample, judged: readonly Judged[]): FactorEffect[] {
  const known = judged.flatMap(({ pValue }) => (pValue === null ? [] : [pValue]));
  const verdicts = holm(known, ALPHA);
  let next = 0;
  const effects = judged.map(({ share, pValue, change, way }, column): FactorEffect => {
    const { name, kind } = factors[column]!;
    const found = pValue === null ? null : verdicts[next++]!.rejected;
    return {
      factor: name,
      share,
      p_value: pValue,
      found,
      response: [...groups[column]!.levels],
      change,
      direction: kind === 'category' ? null : found === true ? way : 'unclear',
    };
  });
  const columns = [...effects.keys()].sort(
    (a, b) =>
      effects[b]!.share.mean - effects[a]!.share.mean ||
      (effects[a]!.p_value ?? 1) - (effects[b]!.p_value ?? 1) ||
      a - b,
  );
  return columns.map((column) => effects[column]!);
}

function groupingOf(
  { kind }: SensitivityFactor,
  column: number,
  points: readonly SensitivityPoint[],
  means: readonly number[],
  binsMax: number,
): Grouping {
  const values = points.map((point) => point.values[column]!);
  const distinct = [...new Set(values)];
  if (kind === 'number') distinct.sort((a, b) => Number(a) - Number(b));
  const isBinned = kind === 'number' && distinct.length > binsMax;
  const place = new Map(distinct.map((value, index) => [value, index]));
  const of = isBinned ? binned(values.map(Number), binsMax) : values.map((value) => place.get(value)!);
  const count = isBinned ? Math.max(...of) + 1 : distinct.length;
  const members = Array.from({ length: count }, (): number[] => []);
  for (const [point, level] of of.entries()) members[level]!.push(point);
  const levels = members.map((own): EffectLevel => {
    if (isBinned) own.sort((a, b) => Number(values[a]) - Number(values[b]));
    return {
      from: values[own[0]!]!,
      to: values[own.at(-1)!]!,
      points: own.length,
      mean: meanOf(own.map((point) => means[point]!)),
    };
  });
  return { isBinned, of, levels };
}

/** Bins of about equally many points, equal values in one. */
function binned(values: readonly number[], count: number): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
  const of = new Array<number>(values.length);
  let bin = -1;
  let share = -1;
  for (const [rank, point] of order.entries()) {
    const isNew = rank === 0 || values[point] !== values[order[rank - 1]!];
    const due = Math.floor((rank * count) / values.length);
    if (isNew && due > share) {
      bin++;
      share = due;
    }
    of[point] = bin;
  }
  return of;
}

/** Whether every combination of the levels is there; points are all different. */
function isCompleteGrid(factors: number, points: readonly SensitivityPoint[]): boolean {
  let combinations = 1;
  for (let column = 0; column < factors; column++)
    combinations *= new Set(points.map(({ values }) => values[column])).size;
  return combinations === points.length;
}

function judgedInGrid(sample: Sample, column: number): Judged {
  const { points, groups } = sample;
  const { of, levels } = groups[column]!;
  const byLevel = levels.map((_, level) => points.filter((_point, index) => of[index] === level));
  const blocks: Blocks = points[0]!.runs.map((_, replication) =>
    byLevel.map((members) => meanOf(members.map(({ runs }) => runs[replication]!))),
  );
  const { from, to } = endsOf(sample, column);
  const change = changeBetween(blocks, from, to);
  const { ci_low: low, ci_high: high } = change;
  return {
    share: shareOfVariance(blocks, runsByReplication(points)),
    pValue: effectProbability(blocks),
    change: { from, to, estimate: unbounded(sample, column, change) },
    way: low !== null && low > 0 ? 'rises' : high !== null && high < 0 ? 'falls' : 'unclear',
  };
}

const runsByReplication = (points: readonly SensitivityPoint[]): Blocks =>
  points[0]!.runs.map((_, replication) => points.map(({ runs }) => runs[replication]!));

function judgedScattered(sample: Sample, streams: StreamFactory): Judged[] {
  const { factors, points, means, groups } = sample;
  const centre = meanOf(means);
  const values = Float64Array.from(means, (mean) => mean - centre);
  const bins: Bins[] = groups.map(({ of, levels }) => ({
    count: levels.length,
    of: Int32Array.from(of),
  }));
  const blocks = runsByReplication(points);
  const noise = blocks.length < 2 || points.length < 2 ? 0 : residualMeanSquare(blocks) / blocks.length;
  const shares = sharesOfVariance(bins, values, noise, streams.stream('resamples'));
  const tested = bins.map((own, column) => ({
    bins: own,
    numbers: factors[column]!.kind === 'number' ? points.map((point) => Number(point.values[column])) : null,
  }));
  const tests = shuffleTests(tested, means, streams.stream('shuffles'));
  return groups.map(({ of, levels, isBinned }, column) => {
    const { from, to } = endsOf(sample, column);
    // A bin alone has few points: a third of them at each end says more.
    const reach = isBinned ? Math.ceil(levels.length / 3) - 1 : 0;
    const group = (low: number, high: number) =>
      means.filter((_, point) => of[point]! >= low && of[point]! <= high);
    const change = changeBetweenGroups(group(from, from + reach), group(to - reach, to));
    return {
      share: shares[column]!,
      pValue: levels.length < 2 || points.length <= levels.length ? null : tests[column]!.probability,
      way: wayOfTrend(tests[column]!, change),
      change: { from, to, estimate: unbounded(sample, column, change) },
    };
  });
}

/** Whether there is no choice of what to compare: a number has ends, and of two levels the second is held against the first. */
const hasEnds = ({ factors, groups }: Sample, column: number): boolean =>
  factors[column]!.kind === 'number' || groups[column]!.levels.length <= 2;

/** The ends of a number or a pair; of more categories the levels with the lowest and the highest mean. */
function endsOf(sample: Sample, column: number): { readonly from: number; readonly to: number } {
  const { levels } = sample.groups[column]!;
  if (hasEnds(sample, column)) return { from: 0, to: levels.length - 1 };
  let from = 0;
  let to = 0;
  for (const [level, { mean }] of levels.entries()) {
    if (mean < levels[from]!.mean) from = level;
    if (mean > levels[to]!.mean) to = level;
  }
  return { from, to };
}

function unbounded(sample: Sample, column: number, change: Estimate): Estimate {
  return hasEnds(sample, column) ? change : { mean: change.mean, ci_low: null, ci_high: null };
}

/** The trend is one of ranks: where the metric itself goes the other way, it goes no one way. */
const wayOfTrend = ({ trend }: ShuffleResult, { mean }: Estimate): Judged['way'] => {
  if (trend === null || trend.probability > ALPHA) return 'unclear';
  if (trend.isRising ? mean < 0 : mean > 0) return 'unclear';
  return trend.isRising ? 'rises' : 'falls';
};

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
