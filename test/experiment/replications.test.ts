import { describe, expect, it } from 'vitest';
import { ThisThread } from '../../src/execution/this-thread.js';
import { Replications } from '../../src/experiment/replications.js';
import { type CompiledScenario, compileObject } from '../../src/scenario/compile.js';
import { mm1 } from './mm1.js';
import { resultOf as result, runOnThisThread, setupOf } from './setup-of.js';

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
  it("has an interval that covers M/M/1's mean time in the system, 1/(μ − λ) = 2 s", async () => {
    const document = await result(mm1({ run: { duration: 20_000, warmup: 500, replications: 10 } }));
    const { mean, ci_low, ci_high } = document.estimates.total.latency_s.mean;
    expect(ci_low!).toBeLessThan(2);
    expect(ci_high!).toBeGreaterThan(2);
    expect((ci_high! - ci_low!) / mean).toBeLessThan(0.1);
    expect(document.estimates.pools.server!.utilisation.busy.mean).toBeCloseTo(0.5, 1);
    expect(document.warnings).toEqual([]);
  });

  it('gives the same bytes for the same inputs, every time', async () => {
    const text = JSON.stringify(await result(mm1()));
    expect(JSON.stringify(await result(mm1()))).toBe(text);
  });

  it('runs replication i the same whatever the number of replications', async () => {
    const three = await result(mm1());
    const five = await result(mm1(), { replications: 5 });
    expect(five.runs).toHaveLength(5);
    expect(five.runs.slice(0, 3)).toEqual(three.runs);
    expect(new Set(five.runs.map((run) => run.events)).size).toBe(5);
  });

  it('depends on the seed, which the document names', async () => {
    const other = await result(mm1(), { seed: 'other' });
    expect(other.seed).toBe('other');
    expect(other.runs[0]).not.toEqual((await result(mm1())).runs[0]);
    expect(other.scenario.hash).toBe((await result(mm1())).scenario.hash);
  });

  it('keeps what is finished when it is stopped', async () => {
    const controller = new AbortController();
    const runs = new Replications(setupOf(mm1()), new ThisThread({ signal: controller.signal }), undefined, {
      onFinished: (replication) => {
        if (replication === 1) controller.abort();
      },
    });
    await expect(runs.extendTo(4)).rejects.toThrow('interrupted');
    const document = runs.document(4);
    expect(document.interrupted).toBe(true);
    expect(document.replications).toEqual({ planned: 4, finished: 2 });
    expect(document.runs).toEqual((await result(mm1())).runs.slice(0, 2));
  });

  it('is extended by what is missing, and comes to the same as in one go', async () => {
    const asked: string[] = [];
    const thread = new ThisThread();
    const runs = new Replications(setupOf(mm1()), {
      parallelism: 1,
      ask: (request) => {
        asked.push(request.seed);
        return thread.ask(request);
      },
    });
    await runs.extendTo(2);
    await runs.extendTo(5);
    expect(asked).toEqual([0, 1, 2, 3, 4].map((index) => `queue/${index}`));
    expect(JSON.stringify(runs.document(5))).toBe(JSON.stringify(await result(mm1(), { replications: 5 })));
  });

  it('comes to the same bytes in whatever order the runs are finished', async () => {
    const thread = new ThisThread();
    const waiting: (() => void)[] = [];
    const backwards = new Replications(setupOf(mm1()), {
      parallelism: 3,
      ask: async (request) => {
        const answer = await thread.ask(request);
        await new Promise<void>((resolve) => {
          waiting.unshift(resolve);
          if (waiting.length === 3) for (const go of waiting) go();
        });
        return answer;
      },
    });
    await backwards.extendTo(3);
    expect(JSON.stringify(backwards.document(3))).toBe(JSON.stringify(await result(mm1())));
  });

  it('has no document before the first replication is finished', async () => {
    expect(await runOnThisThread(mm1(), { signal: AbortSignal.abort() })).toBeNull();
    const runs = new Replications(setupOf(mm1()), new ThisThread());
    expect(() => runs.document(1)).toThrow('before a replication is finished');
  });

  it('cuts the warm-up off that a pilot run finds, the same in all replications', async () => {
    const compiled = mm1({ run: { duration: 5000, warmup: 'auto' } });
    const waiting = new Replications(setupOf(compiled), new ThisThread());
    expect(waiting.warmupS).toBeNull();
    expect(() => waiting.document(1)).toThrow('before the warm-up is known');
    const { warmup, runs } = await result(compiled);
    expect(warmup.method).toBe('mser-5');
    expect(warmup.length_s).toBeGreaterThanOrEqual(0);
    expect(warmup.length_s).toBeLessThanOrEqual(2500);
    for (const run of runs) expect(run.window_s).toBeCloseTo(5000 - warmup.length_s, 9);
  });

  it('tells of deadlocks, of all replications the first ten in order', async () => {
    const document = await result(embrace({ timeout: 60 }));
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

  it('tells of a deadlock of the warm-up too, since it lasts', async () => {
    const { deadlocks, estimates, warnings } = await result(embrace({}, 1900));
    expect(deadlocks.map(({ replication }) => replication)).toEqual([0, 1, 2]);
    expect(estimates.deadlocks.mean).toBe(0);
    expect(warnings.join('\n')).toContain('deadlock in 3 of 3 replications');
    expect((await result(mm1())).deadlocks).toEqual([]);
    expect((await result(mm1())).warnings.join('\n')).not.toContain('deadlock');
  });

  it('finds no steady state at a load above 1, and says so', async () => {
    const { warmup, warnings } = await result(mm1({ rateHz: 1.5, run: { warmup: 'auto' } }));
    expect(warmup.length_s).toBeGreaterThan(900);
    expect(warmup.length_s).toBeLessThanOrEqual(1000);
    expect(warnings.join('\n')).toMatch(/no steady state was found/);
  });

  it('refuses fewer than one replication', async () => {
    await expect(result(mm1(), { replications: 0 })).rejects.toThrow(RangeError);
  });
});
