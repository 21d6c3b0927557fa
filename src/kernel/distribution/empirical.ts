import { z } from 'zod';
import { durationS, positive } from '../../units/schema.js';
import { pow } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import { byParameters, defineDistribution } from './definition.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';
import { QUANTILE_KEY_PATTERN, quantilesOf } from './quantile-key.js';

/** Index of the first element of an ascending array that is at least `x`, or its length. */
function firstAtLeast(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first element of an ascending array that is more than `x`, or its length. */
function firstAbove(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Observed values, each as likely as its weight. */
export class EmpiricalValues implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly values: Float64Array;
  /** P(X <= values[i]). */
  private readonly cumulative: Float64Array;

  constructor(values: readonly number[], weights: readonly number[]) {
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.values = Float64Array.from(order, (i) => values[i]);
    this.cumulative = new Float64Array(order.length);
    let below = 0;
    let mean = 0;
    for (let i = 0; i < order.length; i += 1) {
      below += weights[order[i]];
      this.cumulative[i] = below / total;
      mean += (weights[order[i]] / total) * this.values[i];
    }
    this.cumulative[order.length - 1] = 1;
    let variance = 0;
    for (let i = 0; i < order.length; i += 1)
      variance += (weights[order[i]] / total) * pow(this.values[i] - mean, 2);
    this.mean = mean;
    this.variance = variance;
  }

  sample(random: UniformSource): number {
    return this.values[firstAtLeast(this.cumulative, random.next())];
  }

  cdf(x: number): number {
    const above = firstAbove(this.values, x);
    return above === 0 ? 0 : this.cumulative[above - 1];
  }

  quantile(p: number): number {
    return this.values[firstAtLeast(this.cumulative, p)];
  }
}

/** A table of quantiles from p0 to p100, straight lines between them. */
export class EmpiricalQuantiles implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly probabilities: Float64Array;
  private readonly values: Float64Array;

  constructor(probabilities: readonly number[], values: readonly number[]) {
    this.probabilities = Float64Array.from(probabilities);
    this.values = Float64Array.from(values);
    let mean = 0;
    for (let i = 1; i < values.length; i += 1)
      mean += ((probabilities[i] - probabilities[i - 1]) * (values[i] + values[i - 1])) / 2;
    let variance = 0;
    for (let i = 1; i < values.length; i += 1) {
      const [a, b] = [values[i - 1] - mean, values[i] - mean];
      variance += ((probabilities[i] - probabilities[i - 1]) * (a * a + a * b + b * b)) / 3;
    }
    this.mean = mean;
    this.variance = variance;
  }

  sample(random: UniformSource): number {
    return this.quantile(random.next());
  }

  cdf(x: number): number {
    const above = firstAbove(this.values, x);
    if (above === 0) return 0;
    if (above === this.values.length) return 1;
    const [a, b] = [this.values[above - 1], this.values[above]];
    const [p, q] = [this.probabilities[above - 1], this.probabilities[above]];
    return p + ((q - p) * (x - a)) / (b - a);
  }

  quantile(p: number): number {
    const above = Math.max(firstAtLeast(this.probabilities, p), 1);
    const low = this.probabilities[above - 1];
    const share = (p - low) / (this.probabilities[above] - low);
    return this.values[above - 1] + share * (this.values[above] - this.values[above - 1]);
  }
}

function fromValues(values: readonly number[], weights: readonly number[] | undefined): Distribution {
  if (weights === undefined) return new EmpiricalValues(values, Array<number>(values.length).fill(1));
  if (weights.length !== values.length)
    throw new ImpossibleParameters(`${weights.length} weights for ${values.length} values`, 'weights');
  return new EmpiricalValues(values, weights);
}

function fromTable(table: Readonly<Record<string, number>>): Distribution {
  const points = quantilesOf(table);
  const unknown = Object.keys(table).find((key) => !points.some((point) => point.key === key));
  if (unknown !== undefined)
    throw new ImpossibleParameters(`"${unknown}" is no quantile: use p0 to p100`, 'quantiles', unknown);
  if (points[0]?.p !== 0 || points.at(-1)?.p !== 1)
    throw new ImpossibleParameters('a table of quantiles begins with p0 and ends with p100', 'quantiles');
  for (let i = 1; i < points.length; i += 1) {
    const [low, high] = [points[i - 1], points[i]];
    if (high.p > low.p && high.value >= low.value) continue;
    throw new ImpossibleParameters(
      `${high.key} (${high.value}) must be at least ${low.key} (${low.value})`,
      'quantiles',
      high.key,
    );
  }
  return new EmpiricalQuantiles(
    points.map((point) => point.p),
    points.map((point) => point.value),
  );
}

export const empirical = defineDistribution({
  name: 'empirical',
  summary: 'Observed values, or a table of quantiles with straight lines between them',
  source: 'Law (2015), Simulation Modeling and Analysis, 8.3.16',
  ways: [
    byParameters(
      {
        values: z.array(durationS()).min(1, { error: 'expected at least 1 value' }),
        weights: z.array(positive()).optional(),
      },
      ({ values, weights }) => fromValues(values, weights),
    ),
    byParameters(
      { quantiles: z.record(z.string().meta({ pattern: QUANTILE_KEY_PATTERN }), durationS()) },
      ({ quantiles }) => fromTable(quantiles),
    ),
  ],
});
