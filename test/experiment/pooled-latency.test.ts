import { describe, expect, it } from 'vitest';
import { combine } from '../../src/experiment/combine.js';
import { Outcomes } from '../../src/experiment/outcomes.js';
import { withPooledLatency } from '../../src/experiment/pooled-latency.js';
import { resultDocument } from '../../src/experiment/result-document.js';
import { outcomeOf } from '../../src/experiment/run-outcome.js';
import { compileObject } from '../../src/scenario/compile.js';
import { simulate } from '../../src/simulation/simulate.js';

/** Two classes of tasks at one server, few of them in a run. */
const compiled = compileObject({
  version: 1,
  name: 'two classes',
  run: { duration: 200, warmup: 0, replications: 6, seed: 'pooled' },
  pools: { gpu: {} },
  stages: { gpu: { pool: 'gpu' } },
  workloads: Object.fromEntries(
    ['short', 'long'].map((name, i) => [
      name,
      {
        arrival: { process: 'poisson', rate: 0.2 },
        workflow: [{ stage: 'gpu', work: { dist: 'exponential', mean: 1 + i } }],
      },
    ]),
  ),
});

function experiment(seeds: readonly string[]) {
  const outcomes = new Outcomes();
  const latencies: number[] = [];
  for (const [i, seed] of seeds.entries()) {
    const run = simulate(compiled.system, compiled.policies, seed, {
      warmupS: 0,
      observe: (latencyS) => latencies.push(latencyS),
    });
    outcomes.add(outcomeOf(run, 0, i === 0), i);
  }
  const warmup = { lengthS: 0 };
  const facts = { compiled, seed: 'pooled', planned: seeds.length, warmup, traces: [] };
  return { outcomes, latencies: latencies.sort((a, b) => a - b), document: resultDocument(facts, outcomes) };
}

describe('latency quantiles of an experiment', () => {
  const { outcomes, latencies, document } = experiment(['s/0', 's/1', 's/2', 's/3', 's/4', 's/5']);
  const { estimates, runs } = document;

  it('are those of all tasks of all replications, counted one by one', () => {
    for (const [key, p] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const exact = latencies[Math.ceil(p * latencies.length) - 1]!;
      expect(Math.abs(estimates.total.latency_s[key].mean / exact - 1)).toBeLessThan(0.004);
    }
  });

  it('have an interval around them, by workload too', () => {
    for (const group of [estimates.total, estimates.workloads.short!, estimates.workloads.long!]) {
      const { mean, ci_low: low, ci_high: high } = group.latency_s.p95;
      expect(low!).toBeLessThan(mean);
      expect(high!).toBeGreaterThan(mean);
    }
  });

  it('leave every other measure as the mean of the runs, and the keys in their order', () => {
    const plain = combine(runs);
    expect(estimates.total.latency_s.mean).toEqual(plain.total.latency_s.mean);
    expect(estimates.total.latency_s.max).toEqual(plain.total.latency_s.max);
    expect(estimates.stages).toEqual(plain.stages);
    const keys = (tree: object) =>
      JSON.stringify(tree, (_, value) => (typeof value === 'number' ? 0 : value));
    expect(keys(estimates)).toBe(keys(plain));
  });

  it('stay exact where the runs are the same, or only one', () => {
    for (const seeds of [['s/0'], ['s/0', 's/0', 's/0']]) {
      const same = experiment(seeds).document;
      expect(same.estimates.total.latency_s.p99.mean).toBe(same.runs[0]!.total.latency_s.p99);
    }
  });

  it('of a workload without tasks stay what they were', () => {
    const empty = outcomes.latencies.map(([first]) => [first!, first!.since(first!)]);
    const plain = combine(runs);
    const { workloads } = withPooledLatency(plain, ['short', 'long'], empty);
    expect(workloads.long!.latency_s).toEqual(plain.workloads.long!.latency_s);
  });
});
