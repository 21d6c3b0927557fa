/** The result of `wipsim run` as tables. */
import type { ResultDocument, SloOutcome } from '../experiment/document.js';
import type { RunMeasures, RunSeries } from '../metrics/measures.js';
import {
  estimateColumns,
  estimatesOf,
  type MetricEstimate,
  measureColumns,
  numbersOf,
  sloColumns,
} from './measure-columns.js';
import { type Table, tableOf } from './table.js';

export const tablesOfResult = (document: ResultDocument): Table[] => [
  runs(document),
  estimates(document),
  tableOf(
    'slos',
    sloColumns((slo: SloOutcome) => slo),
    document.slos,
  ),
  series(document.series),
  latencyCurves(document),
];

/** A row per replication, all its measures in columns. */
function runs({ scenario, seed, runs: measured }: ResultDocument): Table {
  const rows = measured.map((measures, replication) => ({ measures, replication }));
  return tableOf(
    'runs',
    [
      { name: 'scenario', type: 'text', of: () => scenario.name },
      { name: 'hash', type: 'text', of: () => scenario.hash },
      { name: 'variant', type: 'text', of: () => scenario.variant },
      { name: 'seed', type: 'text', of: () => seed },
      { name: 'replication', type: 'integer', of: (row) => row.replication },
      ...measureColumns<{ measures: RunMeasures; replication: number }>(rows, (row) =>
        numbersOf(row.measures),
      ),
    ],
    rows,
  );
}

/** A row per metric. */
function estimates({ estimates: tree, replications }: ResultDocument): Table {
  return tableOf(
    'estimates',
    [
      { name: 'metric', type: 'text', of: (row) => row.metric },
      ...estimateColumns((row: MetricEstimate) => row.estimate),
      { name: 'replications', type: 'integer', of: () => replications.finished },
    ],
    estimatesOf(tree),
  );
}

interface Point {
  readonly series: string;
  /** Of the stage or pool; null for what is of the whole system. */
  readonly name: string | null;
  readonly bin: number;
  readonly value: number;
}

const pointsOf = (series: string, name: string | null, values: readonly number[]): Point[] =>
  values.map((value, bin) => ({ series, name, bin, value }));

/** A row per bin of each series of the first replication; a bin's time is its beginning. */
function series({ bin_s, bins: _, ...all }: RunSeries): Table {
  const points = Object.entries(all).flatMap(
    ([key, values]: [string, number[] | Record<string, number[]>]) =>
      Array.isArray(values)
        ? pointsOf(key, null, values)
        : Object.entries(values).flatMap(([name, own]) => pointsOf(key, name, own)),
  );
  return tableOf(
    'series',
    [
      { name: 'series', type: 'text', of: (point) => point.series },
      { name: 'name', type: 'text', of: (point) => point.name },
      { name: 'bin', type: 'integer', of: (point) => point.bin },
      { name: 'time_s', type: 'number', of: (point) => point.bin * bin_s },
      { name: 'value', type: 'number', of: (point) => point.value },
    ],
    points,
  );
}

/** The latency at each cumulative fraction, by workload, all replications pooled. */
function latencyCurves({ latency_curves: curves }: ResultDocument): Table {
  const points = Object.entries(curves).flatMap(([workload, { fraction, latency_s }]) =>
    fraction.map((share, index) => ({ workload, share, latencyS: latency_s[index]! })),
  );
  return tableOf(
    'latency_curves',
    [
      { name: 'workload', type: 'text', of: (point) => point.workload },
      { name: 'fraction', type: 'number', of: (point) => point.share },
      { name: 'latency_s', type: 'number', of: (point) => point.latencyS },
    ],
    points,
  );
}
