/**
 * Metastable overload by retries (Bronson, Aghayev, Charapko & Zhu, Metastable failures in distributed systems, HotOS
 * 2021): a spike sets it off, the retries keep it going when the spike is long over, and fewer retries end it.
 *
 * The condition, by hand. First come, first served on c servers, work W, time-out T, k tries, arrivals at rate a. In
 * the storm every server is set free by a time-out, and takes up the try that was sent c places later: that one has as
 * much time left as lies between the two, c / (k a) at an even rate. It fails again where that is less than W, that is
 * where load x tries, k a W / c, is above 1. Below 1 the queue empties whatever the past. Arrivals at random have gaps in which
 * some tries succeed, so a storm that is to last needs more than just above 1.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { State } from '../../src/model/life-cycle.js';
import { type CompiledScenario, compileObject } from '../../src/scenario/compile.js';
import { startRun } from '../../src/simulation/simulate.js';
import { loadScenario } from '../../src/traces/load-scenario.js';
import { interval } from '../validation/verdict.js';

const SPIKE_BEGINS_S = 600;
const SPIKE_ENDS_S = 720;
/** From when on it is over or will not end. */
const SETTLED_S = SPIKE_ENDS_S + 120;
const END_S = 3600;
const REPLICATIONS = 6;

/** Completed tasks as a share of those that arrive for the first time, before the spike and long after it. */
function answered({ system, policies, seed }: CompiledScenario, replication: number) {
  const completed = { before: 0, after: 0 };
  const arrived = { before: 0, after: 0 };
  const count = (counts: typeof completed, nowS: number): void => {
    if (nowS < SPIKE_BEGINS_S) counts.before++;
    if (nowS >= SETTLED_S) counts.after++;
  };
  const sent = new Set<number>();
  const run = startRun(system, policies, `${seed}/${replication}`, {
    warmupS: 0,
    listener: (task, _from, to, nowS) => {
      if (to === State.completed) count(completed, nowS);
      // Each task counts once, at its first change of state: it has just been let in, or refused.
      const serial = run.state.tasks.serial(task);
      if (sent.has(serial)) return;
      sent.add(serial);
      count(arrived, nowS);
    },
  });
  while (!run.advance(1_000_000));
  return { before: completed.before / arrived.before, after: completed.after / arrived.after };
}

/** The 99% intervals over replications. */
function answeredShares(compiled: CompiledScenario) {
  const shares = Array.from({ length: REPLICATIONS }, (_, i) => answered(compiled, i));
  return {
    before: interval(shares.map(({ before }) => before)),
    after: interval(shares.map(({ after }) => after)),
  };
}

describe('constant work: load x tries decides whether the storm outlives the spike', () => {
  const SERVERS = 16;
  const WORK_S = 8;
  const CAPACITY_HZ = SERVERS / WORK_S;

  const storm = (load: number, tries: number) =>
    compileObject({
      version: 1,
      name: 'storm',
      run: { duration: END_S, seed: `${load} ${tries}` },
      pools: { gpus: { gpusPerNode: SERVERS } },
      stages: { model: { pool: 'gpus' } },
      workloads: {
        chat: {
          timeout: 40,
          arrival: {
            process: 'piecewise',
            rates: [
              { at: 0, rate: load * CAPACITY_HZ },
              { at: SPIKE_BEGINS_S, rate: 2 * CAPACITY_HZ },
              { at: SPIKE_ENDS_S, rate: load * CAPACITY_HZ },
            ],
          },
          workflow: [{ stage: 'model', work: WORK_S }],
        },
      },
      policies: { retry: { policy: 'fixed', delay: 1, maxAttempts: tries, on: ['timed-out'] } },
    });

  test.each([
    { load: 0.2, tries: 4 },
    { load: 0.3, tries: 3 },
    { load: 0.4, tries: 2 },
    { load: 0.7, tries: 1 },
  ])('load $load, $tries tries: it ends by itself', ({ load, tries }) => {
    const { before, after } = answeredShares(storm(load, tries));
    expect(before.mean).toBeGreaterThan(0.97);
    expect(after.mean - after.halfWidth).toBeGreaterThan(0.97);
  });

  test.each([
    { load: 0.4, tries: 6 },
    { load: 0.5, tries: 5 },
    { load: 0.6, tries: 4 },
    { load: 0.7, tries: 3 },
  ])('load $load, $tries tries: it lasts, with next to nothing answered', ({ load, tries }) => {
    const { before, after } = answeredShares(storm(load, tries));
    expect(before.mean).toBeGreaterThan(0.97);
    expect(after.mean + after.halfWidth).toBeLessThan(0.05);
  });
});

describe('the shipped scenario', () => {
  const shipped = async (variant?: string) =>
    (await loadScenario(join(import.meta.dirname, '../../scenarios/retry-storm.yaml'), { variant })).compiled;

  test('with fixed retries goodput stays below a tenth of the load for the rest of the hour', async () => {
    const { before, after } = answeredShares(await shipped());
    expect(before.mean).toBeGreaterThan(0.97);
    expect(after.mean + after.halfWidth).toBeLessThan(0.1);
  });

  test('to wait longer between as many tries does not end it', async () => {
    const { after } = answeredShares(await shipped('back-off'));
    expect(after.mean + after.halfWidth).toBeLessThan(0.1);
  });

  test.each(['budget', 'breaker'])(
    'with the %s all that comes is answered again two minutes after the spike',
    async (variant) => {
      const { after } = answeredShares(await shipped(variant));
      expect(after.mean - after.halfWidth).toBeGreaterThan(0.97);
    },
  );
});
