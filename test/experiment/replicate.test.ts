import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/experiment/document.js';
import { createExperiment, type ExperimentOptions } from '../../src/experiment/replicate.js';
import { type CompiledScenario, compileObject } from '../../src/scenario/compile.js';
import { mm1 } from './mm1.js';

function result(
  compiled: CompiledScenario,
  options: ExperimentOptions = {},
  sliceEvents = 1e6,
): ResultDocument {
  const experiment = createExperiment(compiled, options);
  while (!experiment.advance(sliceEvents)) {
    // Nothing to do between the slices.
  }
  return experiment.document();
}

/** Two pools, two ways through them, and queues that hold tasks back: sooner or later each waits for the other. */
function embrace(client: { timeout?: number }, warmup = 0): CompiledScenario {
  const queue = { capacity: 1, whenFull: 'block' };
  const step = (stage: string) => ({ stage, work: { dist: 'exponential', mean: 1 } });
  const arrival = { process: 'poisson', rate: 2.5 };
  return compileObject({
    version: 1,
    name: 'deadly embrace',
    run: { duration: 2000, warmup, replications: 3 },
    pools: { pa: { slotsPerGpu: 3 }, pb: { slotsPerGpu: 3 } },
    stages: { a: { pool: 'pa', queue }, b: { pool: 'pb', queue } },
    workloads: {
      forward: { ...client, arrival, workflow: [step('a'), step('b')] },
      backward: { ...client, arrival, workflow: [step('b'), step('a')] },
    },
  });
}

describe('an experiment', () => {
  it("has an interval that covers M/M/1's mean time in the system, 1/(μ − λ) = 2 s", () => {
    const document = result(mm1({ run: { duration: 20_000, warmup: 500, replications: 10 } }));
    const { mean, ci_low, ci_high } = document.estimates.total.latency_s.mean;
    expect(ci_low!).toBeLessThan(2);
    expect(ci_high!).toBeGreaterThan(2);
    expect((ci_high! - ci_low!) / mean).toBeLessThan(0.1);
    expect(document.estimates.pools.server!.utilisation.busy.mean).toBeCloseTo(0.5, 1);
    expect(document.warnings).toEqual([]);
  });

  it('gives the same bytes for the same inputs, however it is sliced', () => {
    const text = JSON.stringify(result(mm1()));
    expect(JSON.stringify(result(mm1()))).toBe(text);
    expect(JSON.stringify(result(mm1(), {}, 7))).toBe(text);
  });

  it('runs replication i the same whatever the number of replications', () => {
    const three = result(mm1());
    const five = result(mm1(), { replications: 5 });
    expect(five.runs).toHaveLength(5);
    expect(five.runs.slice(0, 3)).toEqual(three.runs);
    expect(new Set(five.runs.map((run) => run.events)).size).toBe(5);
  });

  it('depends on the seed, which the document names', () => {
    const other = result(mm1(), { seed: 'other' });
    expect(other.seed).toBe('other');
    expect(other.runs[0]).not.toEqual(result(mm1()).runs[0]);
    expect(other.scenario.hash).toBe(result(mm1()).scenario.hash);
  });

  it('keeps what is finished when it is stopped', () => {
    const experiment = createExperiment(mm1(), { replications: 4 });
    while (experiment.finished < 2) experiment.advance(100);
    experiment.advance(100);
    const document = experiment.document();
    expect(document.interrupted).toBe(true);
    expect(document.replications).toEqual({ planned: 4, finished: 2 });
    expect(document.runs).toEqual(result(mm1()).runs.slice(0, 2));
    expect(experiment.current?.run.state.ended).toBe(false);
  });

  it('has no document before the first replication is finished', () => {
    const experiment = createExperiment(mm1());
    experiment.advance(10);
    expect(() => experiment.document()).toThrow('before a replication is finished');
  });

  it('cuts the warm-up off that a pilot run finds, the same in all replications', () => {
    const compiled = mm1({ run: { duration: 5000, warmup: 'auto' } });
    const experiment = createExperiment(compiled);
    experiment.advance(10);
    expect(experiment.current?.isPilot).toBe(true);
    expect(() => experiment.document()).toThrow('before the warm-up is known');
    while (!experiment.advance(1e6));
    const { warmup, runs } = experiment.document();
    expect(warmup.method).toBe('mser-5');
    expect(warmup.length_s).toBeGreaterThanOrEqual(0);
    expect(warmup.length_s).toBeLessThanOrEqual(2500);
    for (const run of runs) expect(run.window_s).toBeCloseTo(5000 - warmup.length_s, 9);
  });

  it('tells of deadlocks, of all replications the first ten in order', () => {
    const document = result(embrace({ timeout: 60 }));
    const { deadlocks, runs } = document;
    expect(deadlocks).toHaveLength(10);
    const places = deadlocks.map(({ replication, at_s }) => replication * 1e6 + at_s);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(runs.reduce((sum, run) => sum + run.deadlocks, 0)).toBeGreaterThan(10);
    for (const { cycle } of deadlocks)
      expect(cycle.toSorted()).toEqual([
        expect.stringMatching(/^backward\/\d+ holds pb and waits for stage a on pa$/),
        expect.stringMatching(/^forward\/\d+ holds pa and waits for stage b on pb$/),
      ]);
    expect(document.warnings.join('\n')).toMatch(
      /deadlock in 3 of 3 replications \(the first at \S+ s of replication 0\)/,
    );
  });

  it('tells of a deadlock of the warm-up too, since it lasts', () => {
    const { deadlocks, estimates, warnings } = result(embrace({}, 1900));
    expect(deadlocks.map(({ replication }) => replication)).toEqual([0, 1, 2]);
    expect(estimates.deadlocks.mean).toBe(0);
    expect(warnings.join('\n')).toContain('deadlock in 3 of 3 replications');
    expect(result(mm1()).deadlocks).toEqual([]);
    expect(result(mm1()).warnings.join('\n')).not.toContain('deadlock');
  });

  it('finds no steady state at a load above 1, and says so', () => {
    const { warmup, warnings } = result(mm1({ rateHz: 1.5, run: { warmup: 'auto' } }));
    expect(warmup.length_s).toBeGreaterThan(900);
    expect(warmup.length_s).toBeLessThanOrEqual(1000);
    expect(warnings.join('\n')).toMatch(/no steady state was found/);
  });

  it('refuses fewer than one replication', () => {
    expect(() => createExperiment(mm1(), { replications: 0 })).toThrow(RangeError);
  });
});
