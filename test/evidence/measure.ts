/** Runs an example with and without its policy, on the same seeds. */
import type { Figures } from '../../src/cli/evidence.js';
import { ThisThread } from '../../src/execution/this-thread.js';
import { estimate } from '../../src/experiment/estimate.js';
import { Replications } from '../../src/experiment/replications.js';
import type { RunMeasures } from '../../src/metrics/measures.js';
import { loadScenario } from '../../src/traces/load-scenario.js';
import { setupOf } from '../experiment/setup-of.js';

/** Digits that are kept; the interval is far wider than what is cut off. */
const DIGITS = 5;
const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

type Tree = number | { readonly [key: string]: Tree };

/** The number that a path such as `workloads.chat.latency_s.p99` leads to; names may hold dots themselves. */
export function measureAt(measures: RunMeasures, metric: string): number {
  let tree = measures as unknown as Tree;
  let rest = metric;
  while (typeof tree === 'object') {
    const keys = Object.keys(tree);
    const fitting = keys.filter((key) => rest === key || rest.startsWith(`${key}.`));
    const key = fitting.sort((a, b) => b.length - a.length)[0];
    if (key === undefined) throw new Error(`${metric}: no \`${rest}\`; there are ${keys.join(', ')}`);
    tree = tree[key]!;
    rest = rest.slice(key.length + 1);
  }
  if (rest !== '') throw new Error(`${metric}: nothing can follow before \`${rest}\``);
  return tree;
}

async function runs(file: string, variant: string | undefined): Promise<readonly RunMeasures[]> {
  const { compiled } = await loadScenario(file, { variant });
  const replications = new Replications(setupOf(compiled), new ThisThread());
  await replications.extendTo(compiled.replications);
  return replications.runs;
}

export interface Measurement {
  readonly figures: Figures;
  /** Of one run, both sets averaged; for the script only. */
  readonly msPerRun: number;
  /** Mean number of tasks that arrive in a run without the policy. */
  readonly tasks: number;
}

export async function measure(file: string, metric: string): Promise<Measurement> {
  const from = performance.now();
  const [without, withIt] = [await runs(file, undefined), await runs(file, 'with')];
  const msPerRun = (performance.now() - from) / (without.length + withIt.length);
  const read = (all: readonly RunMeasures[]) => all.map((measures) => measureAt(measures, metric));
  const [before, after] = [read(without), read(withIt)];
  const difference = estimate(after.map((value, index) => value - before[index]!));
  if (difference.ci_low === null || difference.ci_high === null)
    throw new Error(`${file}: one replication has no interval`);
  return {
    figures: {
      without: rounded(estimate(before).mean),
      with: rounded(estimate(after).mean),
      difference: rounded(difference.mean),
      ci_low: rounded(difference.ci_low),
      ci_high: rounded(difference.ci_high),
      replications: before.length,
    },
    msPerRun,
    tasks: Math.round(estimate(without.map((run) => run.total.arrived)).mean),
  };
}

export type Verdict = 'improves' | 'harms' | 'unclear';

/** By the whole interval, not by the mean. */
export function verdictOf({ ci_low, ci_high }: Figures, better: 'lower' | 'higher'): Verdict {
  if (ci_high < 0) return better === 'lower' ? 'improves' : 'harms';
  if (ci_low > 0) return better === 'higher' ? 'improves' : 'harms';
  return 'unclear';
}
