/** The document of a sweep from its finished points: nothing in it but what follows from scenario, sweep and seed. */
import type { CompiledSlo } from '../../scenario/slos.js';
import type { ResultDocument } from '../document.js';
import { betterOf, type Metric, metricValue } from '../metrics.js';
import type { Setup } from '../run-source.js';
import { estimateAt, judge } from '../slos.js';
import {
  type FactorValue,
  SWEEP_VERSION,
  type SweepDocument,
  type SweepPoint,
  type SweptFactor,
} from './document.js';
import type { Factor } from './factor.js';
import type { PlannedPoint, PlannedSweep } from './points.js';
import { sensitivityOf } from './sensitivity.js';
import type { SweepSpec } from './spec.js';

/** A point with its first replication at least. */
export interface FinishedPoint {
  readonly planned: PlannedPoint;
  readonly inDocument: SweepPoint;
  readonly warnings: readonly string[];
}

export interface SweepFacts {
  readonly base: Setup;
  readonly seed: string;
  readonly replications: number;
  readonly planned: PlannedSweep;
  /** In the order of the design. */
  readonly finished: readonly FinishedPoint[];
}

/** The keys are written in this order: it is part of what makes equal results equal bytes. */
export function sweepDocument(facts: SweepFacts): SweepDocument {
  const { base, seed, replications, planned, finished } = facts;
  const { spec, design, metrics } = planned;
  const { name, description, hash, variant } = base.compiled;
  const complete = finished.filter(({ inDocument }) => !inDocument.interrupted);
  return {
    format: 'wipsim-sweep',
    version: SWEEP_VERSION,
    scenario: { name, description, hash, variant },
    seed,
    design: {
      kind: design.kind,
      requested: design.requested,
      duplicates: design.requested - design.points.length,
      planned: design.points.length,
      finished: complete.length,
    },
    replications,
    factors: spec.factors.map((factor, column) => sweptFactor(factor, column, planned)),
    metrics: metrics.map((metric) => metric.name),
    better: Object.fromEntries(metrics.map((metric) => [metric.name, betterOf(metric, base.compiled.slos)])),
    points: finished.map(({ inDocument }) => inDocument),
    sensitivity: metrics.map((metric) =>
      sensitivityOf(
        metric.name,
        spec.factors,
        complete.map(({ planned: { values }, inDocument }) => ({
          values,
          runs: inDocument.runs[metric.name]!,
        })),
        seed,
      ),
    ),
    warnings: [...designWarnings(facts, complete.length), ...pointWarnings(finished)],
    interrupted: complete.length < design.points.length,
  };
}

function sweptFactor(
  { name, path, kind, scale, unit, levels }: Factor,
  column: number,
  { points }: PlannedSweep,
): SweptFactor {
  const used = new Set<FactorValue>(points.map(({ values }) => values[column]!));
  // As given, where they were.
  const ordered =
    levels === null ? [...used] : levels.map(({ value }) => value).filter((value) => used.has(value));
  const distinct = [...new Set(ordered)];
  if (kind === 'number') distinct.sort((a, b) => Number(a) - Number(b));
  return { name, path, kind, scale, unit, levels: distinct };
}

/** What is kept of a point's result, which is a hundred times as large. */
export function finishedPoint(
  planned: PlannedPoint,
  { factors }: SweepSpec,
  metrics: readonly Metric[],
  slos: readonly CompiledSlo[],
  result: ResultDocument,
): FinishedPoint {
  const { index, values, ref, seed, hash } = planned;
  const { estimates, runs, warmup, warnings, interrupted } = result;
  const byMetric = <Value>(of: (metric: Metric) => Value): { [metric: string]: Value } =>
    Object.fromEntries(metrics.map((metric) => [metric.name, of(metric)]));
  const inDocument: SweepPoint = {
    index,
    values: Object.fromEntries(factors.map(({ name }, column) => [name, values[column]!])),
    variant: ref.variant,
    set: [...ref.set],
    seed,
    hash,
    replications: runs.length,
    warmup,
    estimates: byMetric(({ keys }) => estimateAt(estimates, keys)),
    runs: byMetric((metric) => runs.map((run) => metricValue(metric, run))),
    slos: slos.map((slo) => judge(slo, estimates)),
    interrupted,
  };
  return { planned, inDocument, warnings };
}

function designWarnings({ replications, planned: { spec, design } }: SweepFacts, complete: number): string[] {
  const duplicates = design.requested - design.points.length;
  return [
    ...spec.factors.flatMap(({ path, roundedAway, levels }) =>
      roundedAway === 0
        ? []
        : [
            `${path}: of the ${roundedAway + levels!.length} points only ${levels!.length} are different whole numbers; write the ends with a point (1.0..3.0) for fractions`,
          ],
    ),
    ...(duplicates === 0
      ? []
      : [
          `${duplicates} of the ${design.requested} points were equal to others, because their values are whole numbers or names, and were left out`,
        ]),
    ...(replications === 1
      ? ['one replication a point: there are no intervals, and chance looks like an effect; take 5 or more']
      : []),
    ...(complete === design.points.length
      ? []
      : [`the sensitivity is that of ${complete} of ${design.points.length} points`]),
  ];
}

/** Kinds of warnings that are told. */
const WARNINGS_MAX = 20;

/** Warnings that differ in their numbers alone are told once, with how often and where they were first. */
function pointWarnings(finished: readonly FinishedPoint[]): string[] {
  const kinds = new Map<
    string,
    { readonly text: string; readonly at: Set<PlannedPoint>; readonly first: string }
  >();
  for (const { planned, warnings } of finished)
    for (const text of warnings) {
      const kind = text.replaceAll(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, '#');
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, { text, at: new Set([planned]), first: planned.label });
      else known.at.add(planned);
    }
  const told = [...kinds.values()].map(({ text, at, first }) => {
    if (at.size === finished.length)
      return `at every point: ${text}${finished.length > 1 ? ` (here at ${first})` : ''}`;
    return at.size === 1
      ? `at ${first}: ${text}`
      : `at ${at.size} of ${finished.length} points, first at ${first}: ${text}`;
  });
  const more = told.length - WARNINGS_MAX;
  return more > 0 ? [...told.slice(0, WARNINGS_MAX), `and ${more} more kinds of warnings`] : told;
}
