/** The trees of measures and estimates as what a table can hold: a column or a row for each path to a number. */
import type { Estimate, SloOutcome } from '../experiment/document.js';
import type { ColumnOf } from './table.js';

/** Of the measures of one run, or of any part of them. */
export type NumberTree = number | { readonly [key: string]: NumberTree | undefined };
type EstimateTree = Estimate | { readonly [key: string]: EstimateTree | undefined };

const isEstimate = (tree: EstimateTree): tree is Estimate => typeof tree.mean === 'number';

/** By path (`total.latency_s.p99`), in the order of the tree. */
export function numbersOf(tree: object): Map<string, number> {
  const found = new Map<string, number>();
  const walk = (node: NumberTree | undefined, path: string): void => {
    if (typeof node === 'number') found.set(path, node);
    else if (node !== undefined)
      for (const [key, child] of Object.entries(node)) walk(child, path === '' ? key : `${path}.${key}`);
  };
  walk(tree as NumberTree, '');
  return found;
}

export interface MetricEstimate {
  readonly metric: string;
  readonly estimate: Estimate;
}

export function estimatesOf(tree: object): MetricEstimate[] {
  const found: MetricEstimate[] = [];
  const walk = (node: EstimateTree | undefined, path: string): void => {
    if (node === undefined) return;
    if (isEstimate(node)) found.push({ metric: path, estimate: node });
    else for (const [key, child] of Object.entries(node)) walk(child, path === '' ? key : `${path}.${key}`);
  };
  walk(tree as EstimateTree, '');
  return found;
}

/** A column for each path that any row has, in the order in which they first come; null in rows that have it not. */
export function measureColumns<Row>(
  rows: readonly Row[],
  measuresOf: (row: Row) => ReadonlyMap<string, number>,
): ColumnOf<Row>[] {
  const byRow = new Map(rows.map((row) => [row, measuresOf(row)]));
  const paths = new Set<string>();
  for (const measures of byRow.values()) for (const path of measures.keys()) paths.add(path);
  return [...paths].map((path) => ({
    name: path,
    type: 'number',
    of: (row) => byRow.get(row)?.get(path) ?? null,
  }));
}

/** Mean and interval of whatever a row holds an estimate of. */
export const estimateColumns = <Row>(estimateOf: (row: Row) => Estimate): ColumnOf<Row>[] => [
  { name: 'mean', type: 'number', of: (row) => estimateOf(row).mean },
  { name: 'ci_low', type: 'number', of: (row) => estimateOf(row).ci_low },
  { name: 'ci_high', type: 'number', of: (row) => estimateOf(row).ci_high },
];

/** Of a table of SLOs: what was promised and what came of it. */
export const sloColumns = <Row>(sloOf: (row: Row) => SloOutcome): ColumnOf<Row>[] => [
  { name: 'slo', type: 'text', of: (row) => sloOf(row).name },
  { name: 'metric', type: 'text', of: (row) => sloOf(row).metric },
  { name: 'comparison', type: 'text', of: (row) => sloOf(row).comparison },
  { name: 'threshold', type: 'number', of: (row) => sloOf(row).threshold },
  ...estimateColumns((row: Row) => sloOf(row).estimate),
  { name: 'met', type: 'boolean', of: (row) => sloOf(row).met },
  { name: 'certain', type: 'boolean', of: (row) => sloOf(row).certain },
];
