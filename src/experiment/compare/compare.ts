/**
 * Setups side by side on common random numbers. Replications are added to all of them until every difference is
 * decided or the budget is spent; the looks in between share the error, and Holm's procedure judges all metrics and
 * pairs of a look together, so the chance of any wrong "lower" or "higher" is at most 1 − confidence.
 */
import type { RunMeasures } from '../../metrics/measures.js';
import { findMetric } from '../../scenario/metric-shape.js';
import { estimate } from '../estimate.js';
import { betterOf, keyMetrics, type Metric, metricOf, metricValue } from '../metrics.js';
import { Replications } from '../replications.js';
import { Interrupted, type RunSource, type Setup } from '../run-source.js';
import { judge } from '../slos.js';
import { type Comparison, judgeLook, type Look, looksOf } from '../statistics/looks.js';
import { verdict } from '../statistics/verdict.js';
import {
  COMPARISON_VERSION,
  type ComparedMetric,
  type ComparisonDecision,
  type ComparisonDocument,
  type SetupDifference,
} from './document.js';
import type { NamedSetup } from './named-setup.js';
import { comparisonWarnings } from './warnings.js';

export interface CompareOptions {
  /** By default that of the first setup; all run on the same. */
  readonly seed?: string | undefined;
  /** Paths into the measures; by default those of the SLOs and the usual ones. */
  readonly metrics?: readonly string[] | undefined;
  /** Exactly so many: no looks in between. */
  readonly replications?: number | undefined;
  /** By default eight times the replications of the first look. */
  readonly budget?: number | undefined;
  readonly confidence?: number | undefined;
  /** Share of the baseline below which a difference does not matter. */
  readonly indifference?: number | undefined;
  /** Metric and setup in words, for the verdicts. */
  readonly describe?: ((metric: string) => string) | undefined;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
}

export interface CompareProgress {
  /** Replications of all setups that are finished, and those of the looks so far and the one under way. */
  readonly finished: number;
  readonly planned: number;
  /** From 1. */
  readonly look: number;
  readonly looks: number;
  /** Differences that the last look left open, of all. */
  readonly open: number | null;
  readonly differences: number;
}

export const CONFIDENCE = 0.95;
export const INDIFFERENCE = 0.01;
/** A first look at fewer replications would see only the largest differences. */
const FIRST_LOOK_MIN = 5;
const BUDGET_FACTOR = 8;

/** A metric that was asked for is none, or not one of every setup. */
export class MetricError extends Error {
  override readonly name = 'MetricError';
}

/** Rejects with `Interrupted` where it is stopped before one replication of every setup is finished. */
export async function compare(
  setups: readonly NamedSetup[],
  source: RunSource,
  options: CompareOptions = {},
): Promise<ComparisonDocument> {
  const [first] = setups;
  if (first === undefined || setups.length < 2)
    throw new RangeError('a comparison needs two setups at least');
  const { confidence = CONFIDENCE, indifference = INDIFFERENCE } = options;
  const seed = options.seed ?? first.setup.compiled.seed;
  const metrics = followedMetrics(setups, options.metrics);
  const looks = plannedLooks(first.setup, options, 1 - confidence);
  const pairs = pairsOf(setups.length);
  let finished = 0;
  let judged: readonly Comparison[] | null = null;
  let lookIndex = 0;
  const report = (): void => {
    options.onProgress?.({
      finished,
      planned: setups.length * looks[lookIndex]!.replications,
      look: lookIndex + 1,
      looks: looks.length,
      open: judged === null ? null : judged.filter(({ decision }) => decision === 'open').length,
      differences: pairs.length * metrics.length,
    });
  };
  const onFinished = (): void => {
    finished++;
    report();
  };
  const runs = setups.map(({ setup }) => new Replications(setup, source, seed, { onFinished }));
  let stopped: ComparisonDocument['stopped'] = 'budget';
  for (const [index, look] of looks.entries()) {
    lookIndex = index;
    report();
    try {
      await extendAll(runs, look.replications);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      stopped = 'interrupted';
      // What is there is judged as one look more, at the part of the error that this one had.
      judged = judgeAll(finishedPairs(runs), metrics, pairs, { ...look, isLast: false }, indifference);
      break;
    }
    judged = judgeAll(finishedPairs(runs), metrics, pairs, look, indifference);
    if (judged.every(({ decision }) => decision !== 'open')) {
      stopped =
        look.isLast && judged.some(({ decision }) => decision === 'no-difference-found')
          ? 'budget'
          : 'decided';
      break;
    }
  }
  const measures = finishedPairs(runs);
  const describe = options.describe ?? ((metric) => metric);
  const slos = setups.map(({ setup }, i) => {
    // As `wipsim run` would say it of the same replications.
    const estimates = runs[i]!.estimates();
    return setup.compiled.slos.map((slo) => judge(slo, estimates));
  });
  const compared = metrics.map((metric, m) =>
    comparedMetric(
      metric,
      setups,
      measures,
      judged!.slice(m * pairs.length, (m + 1) * pairs.length),
      pairs,
      describe,
    ),
  );
  return {
    format: 'wipsim-comparison',
    version: COMPARISON_VERSION,
    title: first.setup.compiled.name,
    seed,
    baseline: first.name,
    setups: setups.map(({ name, setup: { compiled } }, i) => ({
      name,
      scenario: { name: compiled.name, hash: compiled.hash, variant: compiled.variant },
      policies: compiled.policyUses.map((use) => ({ ...use })),
      warmup: { method: compiled.system.horizon.warmup.method, length_s: runs[i]!.warmupS! },
      slos: slos[i]!,
    })),
    confidence,
    indifference,
    replications: {
      looks: looks.slice(0, lookIndex + 1).map(({ replications }) => replications),
      used: measures.length,
      budget: looks.at(-1)!.replications,
    },
    stopped,
    metrics: compared,
    warnings: comparisonWarnings(setups, compared, measures),
    interrupted: stopped === 'interrupted',
  };
}

function plannedLooks(first: Setup, { replications, budget }: CompareOptions, alpha: number): Look[] {
  if (replications !== undefined) return [{ replications, alpha, isLast: true }];
  const firstLook = Math.min(
    Math.max(first.compiled.replications, FIRST_LOOK_MIN),
    budget ?? Number.POSITIVE_INFINITY,
  );
  return looksOf(firstLook, budget ?? BUDGET_FACTOR * firstLook, alpha);
}

/** All are asked for at once, replication by replication, so that an interrupt leaves pairs. */
async function extendAll(runs: readonly Replications[], count: number): Promise<void> {
  await allOf(runs.map((replications) => replications.extendTo(0)));
  const indices = Array.from({ length: count }, (_, index) => index);
  await allOf(indices.flatMap((index) => runs.map((replications) => replications.runOne(index))));
}

/** Waits for all; throws a failure rather than an interruption. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (failures.length > 0) throw failures.find((reason) => !(reason instanceof Interrupted)) ?? failures[0];
}

/** Measures of the replications that every setup has, each in the order of the setups. */
function finishedPairs(runs: readonly Replications[]): RunMeasures[][] {
  const most = Math.max(...runs.map((replications) => replications.highest));
  const pairs: RunMeasures[][] = [];
  for (let index = 0; index <= most; index++) {
    const pair = runs.flatMap((replications) => replications.measuresAt(index) ?? []);
    if (pair.length === runs.length) pairs.push(pair);
  }
  if (pairs.length === 0) throw new Interrupted();
  return pairs;
}

function followedMetrics(setups: readonly NamedSetup[], wanted: readonly string[] | undefined): Metric[] {
  const [first, ...others] = setups;
  const everywhere = (metric: Metric): NamedSetup | undefined =>
    others.find(({ setup }) => !('keys' in metricOf(setup.compiled, metric.name)));
  if (wanted === undefined) {
    const all = setups.flatMap(({ setup }) => keyMetrics(setup.compiled));
    const unique = [...new Map(all.map((metric) => [metric.name, metric])).values()];
    return unique.filter(
      (metric) => 'keys' in metricOf(first!.setup.compiled, metric.name) && everywhere(metric) === undefined,
    );
  }
  return wanted.map((name) => {
    const found = metricOf(first!.setup.compiled, name);
    if (!('keys' in found))
      throw new MetricError(
        found.suggestion === undefined
          ? found.message
          : `${found.message}; did you mean \`${found.suggestion}\`?`,
      );
    const without = everywhere(found);
    if (without !== undefined) throw new MetricError(`${without.name} has no metric ${name}`);
    return found;
  });
}

/** The baseline with each other one, then the others among themselves. */
function pairsOf(count: number): (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) pairs.push([a, b]);
  return pairs;
}

function judgeAll(
  measures: readonly (readonly RunMeasures[])[],
  metrics: readonly Metric[],
  pairs: readonly (readonly [number, number])[],
  look: Look,
  indifference: number,
): Comparison[] {
  const values = (metric: Metric, setup: number) => measures.map((pair) => metricValue(metric, pair[setup]!));
  const all = metrics.flatMap((metric) =>
    pairs.map(([a, b]) => ({ a: values(metric, a), b: values(metric, b) })),
  );
  return judgeLook(all, look, indifference);
}

const DECISIONS: Readonly<Record<Comparison['decision'], ComparisonDecision>> = {
  'a-lower': 'higher',
  'b-lower': 'lower',
  'no-difference-found': 'no-difference-found',
  equivalent: 'equivalent',
  open: 'open',
};

function comparedMetric(
  metric: Metric,
  setups: readonly NamedSetup[],
  measures: readonly (readonly RunMeasures[])[],
  comparisons: readonly Comparison[],
  pairs: readonly (readonly [number, number])[],
  describe: (metric: string) => string,
): ComparedMetric {
  const better = betterOf(
    metric,
    setups.flatMap(({ setup }) => setup.compiled.slos),
  );
  const values = setups.map((_, i) => measures.map((pair) => metricValue(metric, pair[i]!)));
  const names = setups.map(({ name }) => name);
  const found = findMetric(setups[0]!.setup.compiled.measures, metric.name);
  const unit = 'unit' in found && found.unit !== 'count' && found.unit !== 'fraction' ? found.unit : '';
  const differences = comparisons.map((comparison, i): SetupDifference => {
    const [a, b] = pairs[i]!;
    const { difference, interval, relative, confidence, adjustedP, decision, varianceReduction } = comparison;
    return {
      setup: names[b]!,
      against: names[a]!,
      difference: { mean: difference, ci_low: interval?.low ?? null, ci_high: interval?.high ?? null },
      relative:
        relative === null ? null : { mean: relative.change, ci_low: relative.low, ci_high: relative.high },
      confidence,
      adjusted_p: adjustedP,
      decision: DECISIONS[decision],
      variance_reduction: varianceReduction,
      verdict: verdict(comparison, { setup: names[b]!, metric: describe(metric.name), unit }),
    };
  });
  return {
    metric: metric.name,
    better,
    estimates: Object.fromEntries(names.map((name, i) => [name, estimate(values[i]!)])),
    runs: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
    differences,
    winner: better === null ? null : winnerOf(names, differences, better),
  };
}

/** Who is better than every other, each beyond chance. */
function winnerOf(
  names: readonly string[],
  differences: readonly SetupDifference[],
  better: 'lower' | 'higher',
): string | null {
  const beats = (name: string, { setup, against, decision }: SetupDifference): boolean => {
    if (decision !== 'lower' && decision !== 'higher') return false;
    return (decision === better ? setup : against) === name;
  };
  return (
    names.find((name) =>
      differences
        .filter(({ setup, against }) => setup === name || against === name)
        .every((difference) => beats(name, difference)),
    ) ?? null
  );
}
