/** What a careful reader of a comparison would object to, in words. */
import type { RunMeasures } from '../../metrics/measures.js';
import type { ComparedMetric } from './document.js';
import type { NamedSetup } from './named-setup.js';

/** Values that must lie beyond a quantile for it to be more than chance. */
const BEYOND_MIN = 10;
const QUANTILE = /^p(\d{2,4})$/;

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

/** Quantiles of latency from too few tasks. */
function shortTails(
  metrics: readonly ComparedMetric[],
  measures: readonly (readonly RunMeasures[])[],
): string[] {
  return metrics.flatMap(({ metric }) => {
    const steps = metric.split('.');
    const digits = QUANTILE.exec(steps.at(-1)!)?.[1];
    if (digits === undefined) return [];
    const beyond = 1 - Number(`0.${digits}`);
    const counts = measures.flatMap((pair) =>
      pair.map((one) => countBeside(one, steps) ?? Number.POSITIVE_INFINITY),
    );
    const fewest = Math.min(...counts);
    const needed = Math.ceil(BEYOND_MIN / beyond - 1e-6);
    return fewest >= needed
      ? []
      : [
          `${metric}: a run has as few as ${fewest} values for it; below ${needed} it is mostly chance; make the runs longer`,
        ];
  });
}

/** Names may hold dots themselves, so the path is followed by the longest name that fits. */
function countBeside(measures: RunMeasures, steps: readonly string[]): number | undefined {
  let tree: unknown = measures;
  let rest = steps.slice(0, -1).join('.');
  while (rest !== '') {
    if (typeof tree !== 'object' || tree === null) return undefined;
    const key = Object.keys(tree)
      .filter((one) => rest === one || rest.startsWith(`${one}.`))
      .sort((a, b) => b.length - a.length)[0];
    if (key === undefined) return undefined;
    tree = (tree as Record<string, unknown>)[key];
    rest = rest.slice(key.length + 1);
  }
  const count =
    typeof tree === 'object' && tree !== null ? (tree as Record<string, unknown>).count : undefined;
  return typeof count === 'number' ? count : undefined;
}
