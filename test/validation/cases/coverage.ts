/**
 * Do the intervals that are shown hold the truth as often as they say, and does a comparison of equals find nothing?
 * Over many seeds, with the engine. Of 200 right 95% intervals between 92% and 98% hold the truth in 96.5% of all cases.
 */
import { fileURLToPath } from 'node:url';
import { Outcomes } from '../../../src/experiment/outcomes.js';
import { resultDocument } from '../../../src/experiment/result-document.js';
import { outcomeOf } from '../../../src/experiment/run-outcome.js';
import { estimateAt } from '../../../src/experiment/slos.js';
import { judgeLook, looksOf } from '../../../src/experiment/statistics/looks.js';
import { type CompiledScenario, compileObject } from '../../../src/scenario/compile.js';
import { simulate } from '../../../src/simulation/simulate.js';
import { loadScenario } from '../../../src/traces/load-scenario.js';
import { mm1 } from '../../theory/mm1.js';
import type { Agreement, ExactCase } from '../case.js';
import { valueAt } from '../run-case.js';
import { exponential, oneStage } from '../scenario.js';

const SEEDS = 200;
const QUICK_START = fileURLToPath(new URL('../../../scenarios/quick-start.yaml', import.meta.url));

interface Truth {
  readonly metric: string;
  readonly value: number;
}

const M_M_1 = oneStage({
  name: 'M/M/1 rho=0.5 for intervals',
  tasks: 4000,
  arrivalRateHz: 0.5,
  servers: 1,
  work: exponential(1),
});
const model = mm1(0.5, 1);

/**
 * A model, a tool that fails at times, retries, and agents that go back and forth; two nodes, so that two hours are many
 * times as long as what a task has to do with those before it; drained, so that the long tasks of the end are counted.
 */
const QUICK_START_SET = ['pools.gpus.nodes=2', 'run.drain=true'];
/**
 * Of one run of 12,000 hours after 10 (`run.duration=12000h`, `run.warmup=10h`, not drained, seed `long`; `simulate()`), of
 * which 28,772,587 chats were measured. Standard errors: 0.03% of the mean, 0.06% of the p99 (of the share beyond it,
 * √(0.01·0.99/count), over the density there); the intervals below are fifty times as wide.
 */
const QUICK_START_TRUTHS: readonly Truth[] = [
  { metric: 'workloads.chat.latency_s.mean', value: 27.5187 },
  { metric: 'workloads.chat.latency_s.p99', value: 188.498 },
];

export const coverageCases: readonly ExactCase[] = [
  {
    kind: 'exact',
    name: 'intervals of M/M/1',
    source: 'M/M/1; coverage over 200 seeds',
    compare: () =>
      coverage(compileObject(M_M_1), 20, [
        { metric: 'total.latency_s.mean', value: model.meanSojournS },
        { metric: 'total.latency_s.p99', value: model.sojournQuantileS(0.99) },
      ]),
  },
  {
    kind: 'exact',
    name: 'intervals of the quick start',
    source: 'a run of 12,000 h; coverage over 200 seeds',
    compare: async () => {
      const { compiled } = await loadScenario(QUICK_START, { set: QUICK_START_SET });
      return coverage(compiled, 10, QUICK_START_TRUTHS);
    },
  },
  {
    kind: 'exact',
    name: 'comparisons of equals',
    source: 'false alarms in 400 comparisons',
    compare: async () => {
      const set = ['run.duration=15min', 'run.warmup=0s'];
      return falseAlarms((await loadScenario(QUICK_START, { set })).compiled);
    },
  },
];

/** Seed i of an experiment as a user would write it. */
function experiment({
  compiled,
  seed,
  replications,
}: {
  compiled: CompiledScenario;
  seed: string;
  replications: number;
}) {
  const { system, policies } = compiled;
  const { warmup } = system.horizon;
  if (warmup.method !== 'fixed') throw new Error('coverage needs a fixed warm-up');
  const outcomes = new Outcomes();
  for (let i = 0; i < replications; i++) {
    const run = simulate(system, policies, `${seed}/${i}`, { warmupS: warmup.lengthS });
    outcomes.add(outcomeOf(run, warmup.lengthS, i === 0), i);
  }
  return resultDocument({ compiled, seed, planned: replications, warmup, traces: [] }, outcomes);
}

function coverage(compiled: CompiledScenario, replications: number, truths: readonly Truth[]): Agreement[] {
  const held = truths.map(() => 0);
  for (let i = 0; i < SEEDS; i++) {
    const { estimates } = experiment({ compiled, seed: `coverage-${i}`, replications });
    for (const [index, { metric, value }] of truths.entries()) {
      const { ci_low: low, ci_high: high } = estimateAt(estimates, metric.split('.'));
      if (low! <= value && value <= high!) held[index]!++;
    }
  }
  return truths.map(({ metric }, index) => ({
    label: `${metric.split('.').slice(-2).join(' ')} held, %`,
    expected: 95,
    measured: (100 * held[index]!) / SEEDS,
    tolerance: 3,
  }));
}

const COMPARISONS = 400;
const COMPARED = [
  'total.latency_s.mean',
  'total.latency_s.p50',
  'total.latency_s.p99',
  'workloads.chat.latency_s.p95',
  'workloads.reports.latency_s.mean',
  'total.throughput_hz',
  'total.goodput_hz',
  'total.retries',
  'total.dead_lettered',
  'stages.model.max_queue_length',
  'pools.gpus.utilisation.busy',
  'cost.per_completed_task_usd',
];

/** The same policies on independent seeds; looking on as long as nothing is found, which is the way to find most. */
function falseAlarms({ system, policies }: CompiledScenario): Agreement[] {
  const looks = looksOf(5, 20, 0.05);
  let cried = 0;
  const valuesOf = (seed: string): number[] => {
    const { measures } = simulate(system, policies, seed, { warmupS: 0 });
    return COMPARED.map((path) => valueAt(measures, path));
  };
  for (let comparison = 0; comparison < COMPARISONS; comparison++) {
    const metrics = COMPARED.map(() => ({ a: [] as number[], b: [] as number[] }));
    const isFound = looks.some((look) => {
      for (let i = metrics[0]!.a.length; i < look.replications; i++) {
        for (const [index, value] of valuesOf(`a-${comparison}/${i}`).entries())
          metrics[index]!.a.push(value);
        for (const [index, value] of valuesOf(`b-${comparison}/${i}`).entries())
          metrics[index]!.b.push(value);
      }
      return judgeLook(metrics, look).some(
        ({ decision }) => decision === 'a-lower' || decision === 'b-lower',
      );
    });
    if (isFound) cried++;
  }
  const measured = (100 * cried) / COMPARISONS;
  return [{ label: '"different" cried, % (0 to 5)', expected: 2.5, measured, tolerance: 2.5 }];
}
