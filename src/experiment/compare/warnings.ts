/** What a careful reader of a comparison would object to, in words. */
import type { RunMeasures } from '../../metrics/measures.js';
import { combine } from '../combine.js';
import { isTooFewFor, valuesBeside, valuesNeeded } from '../tail.js';
import type { ComparedMetric } from './document.js';
import type { NamedSetup } from './named-setup.js';

export function comparisonWarnings(
  setups: readonly NamedSetup[],
  metrics: readonly ComparedMetric[],
  measures: readonly (readonly RunMeasures[])[],
): string[] {
  return [
    ...same(setups),
    ...scenarioWarnings(setups),
    ...oneRun(measures),
    ...shortTails(metrics, measures),
  ];
}

function same(setups: readonly NamedSetup[]): string[] {
  const byHash = new Map<string, string[]>();
  for (const { name, setup } of setups)
    byHash.set(setup.compiled.hash, [...(byHash.get(setup.compiled.hash) ?? []), name]);
  return [...byHash.values()].flatMap((names) =>
    names.length < 2 ? [] : [`${names.join(' and ')} are the same in all that a run depends on`],
  );
}

/** What is said of a scenario by itself, once where several have it. */
function scenarioWarnings(setups: readonly NamedSetup[]): string[] {
  const byText = new Map<string, string[]>();
  for (const { name, setup } of setups)
    for (const warning of setup.compiled.warnings)
      byText.set(warning, [...(byText.get(warning) ?? []), name]);
  return [...byText].map(([warning, names]) =>
    names.length === setups.length ? warning : `${names.join(', ')}: ${warning}`,
  );
}

const oneRun = (measures: readonly unknown[]): string[] =>
  measures.length === 1
    ? ['one pair of runs only: nothing says how much of a difference is chance; run at least 5']
    : [];

/** Percentiles from too few tasks. */
function shortTails(
  metrics: readonly ComparedMetric[],
  measures: readonly (readonly RunMeasures[])[],
): string[] {
  const estimates = measures[0]!.map((_, setup) => combine(measures.map((pair) => pair[setup]!)));
  return metrics.flatMap(({ metric }) => {
    const percentile = metric.split('.').at(-1)!;
    const values = Math.min(
      ...estimates.map((tree) => valuesBeside(tree, metric) ?? Number.POSITIVE_INFINITY),
    );
    return isTooFewFor(percentile, values)
      ? [
          `${metric}: a run has only about ${Math.round(values)} values for it; below ${valuesNeeded(percentile)} it is mostly chance; make the runs longer`,
        ]
      : [];
  });
}
