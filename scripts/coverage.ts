/**
 * `npm run coverage`: how often five kinds of 95% intervals of a p99 hold the truth, by load, length and number of
 * replications of M/M/1 (Lindley's recursion). The table of docs/decisions/009-intervals-of-quantiles.md.
 */
import { estimate } from '../src/experiment/estimate.js';
import { pooledQuantile } from '../src/experiment/statistics/quantile-interval.js';
import { twoSidedFactor } from '../src/experiment/statistics/student.js';
import { StreamFactory } from '../src/kernel/random/streams.js';
import { Histogram } from '../src/metrics/histogram.js';
import { sojourns } from '../test/experiment/statistics/lindley.js';
import { mm1 } from '../test/theory/mm1.js';

const P = 0.99;
const CONFIDENCE = 0.95;
const CASES = [
  { load: 0.5, tasks: 500, seeds: 2000 },
  { load: 0.5, tasks: 1000, seeds: 1000 },
  { load: 0.5, tasks: 5000, seeds: 1000 },
  { load: 0.8, tasks: 2000, seeds: 1000 },
  { load: 0.8, tasks: 20_000, seeds: 500 },
  { load: 0.9, tasks: 20_000, seeds: 500 },
];
const REPLICATIONS = [5, 10, 20];

interface Bounds {
  readonly point: number;
  readonly low: number;
  readonly high: number;
}

const around = (point: number, half: number): Bounds => ({ point, low: point - half, high: point + half });
const rootMeanSquare = (values: readonly number[], from: number): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - from) ** 2, 0) / (values.length - 1));

function merged(runs: readonly Histogram[]): Histogram {
  const all = new Histogram();
  for (const run of runs) all.merge(run);
  return all;
}

const METHODS: Readonly<Record<string, (runs: readonly Histogram[]) => Bounds>> = {
  mean: (runs) => ofEstimate(runs.map((run) => run.mean)),
  'mean of p99': (runs) => ofEstimate(runs.map((run) => run.quantile(P))),
  /** S. Asmussen and P. W. Glynn, "Stochastic Simulation", III.5a; M. K. Nakayama, TOMACS 24(4), 2014. */
  sectioning(runs) {
    const point = merged(runs).quantile(P);
    const quantiles = runs.map((run) => run.quantile(P));
    const spread = rootMeanSquare(quantiles, point);
    return around(point, (twoSidedFactor(CONFIDENCE, runs.length - 1) * spread) / Math.sqrt(runs.length));
  },
  /** Asmussen and Glynn, III.5b: pseudo-values n·q − (n − 1)·q without run i. */
  jackknife(runs) {
    const n = runs.length;
    const whole = merged(runs).quantile(P);
    return ofEstimate(
      runs.map((_, i) => n * whole - (n - 1) * merged(runs.filter((_, j) => j !== i)).quantile(P)),
    );
  },
  pooled(runs) {
    const { value, low, high } = pooledQuantile(runs, P, CONFIDENCE);
    return { point: value, low: low!, high: high! };
  },
};

function ofEstimate(values: readonly number[]): Bounds {
  const { mean, ci_low: low, ci_high: high } = estimate(values);
  return { point: mean, low: low!, high: high! };
}

interface Tally {
  held: number;
  tooLow: number;
  points: number;
  halves: number;
}

const cell = (text: string | number): string => String(text).padStart(13);
const line = (cells: readonly (string | number)[]): boolean =>
  process.stdout.write(`${cells.map(cell).join('')}\n`);

line(['load', 'tasks', 'runs', 'interval', 'held, %', 'too low, %', 'point/truth', 'half/truth']);
for (const { load, tasks, seeds } of CASES) {
  const random = new StreamFactory(`coverage ${load} ${tasks}`).stream('queue');
  const model = mm1(load, 1);
  const truthOf = (name: string) => (name === 'mean' ? model.meanSojournS : model.sojournQuantileS(P));
  const tallies = new Map<string, Tally>();
  for (let seed = 0; seed < seeds; seed++) {
    const all = Array.from({ length: Math.max(...REPLICATIONS) }, () =>
      sojourns(load, tasks, tasks / 10, random),
    );
    for (const replications of REPLICATIONS)
      for (const [name, method] of Object.entries(METHODS)) {
        const { point, low, high } = method(all.slice(0, replications));
        const key = `${replications}/${name}`;
        const tally = tallies.get(key) ?? { held: 0, tooLow: 0, points: 0, halves: 0 };
        tallies.set(key, tally);
        const truth = truthOf(name);
        if (low <= truth && truth <= high) tally.held++;
        if (high < truth) tally.tooLow++;
        tally.points += point / truth;
        tally.halves += (high - low) / 2 / truth;
      }
  }
  for (const [key, { held, tooLow, points, halves }] of tallies) {
    const [replications, name] = key.split('/') as [string, string];
    const shares = [(100 * held) / seeds, (100 * tooLow) / seeds].map((share) => share.toFixed(1));
    line([
      load,
      tasks,
      replications,
      name,
      ...shares,
      (points / seeds).toFixed(3),
      (halves / seeds).toFixed(3),
    ]);
  }
}
