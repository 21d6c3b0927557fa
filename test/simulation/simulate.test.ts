import { describe, expect, test } from 'vitest';
import { compileObject } from '../../src/scenario/compile.js';
import { startRun } from '../../src/simulation/simulate.js';
import { observe, oneStage, times } from './observe.js';

const every = (seconds: number, work: number, run: object) =>
  oneStage({
    run,
    workloads: {
      w: { arrival: { process: 'deterministic', interval: seconds }, workflow: [{ stage: 's', work }] },
    },
  });

describe('after the arrivals have stopped at 3.5, with three tasks of 10 s on one server', () => {
  test.each([
    ['drain: false ends at once', false, 3.5, 3],
    ['drain: true goes on until all have left', true, 31, 0],
    ['drain: 8 goes on for 8 s', 8, 11.5, 2],
    ['drain: 100 ends when all have left', 100, 31, 0],
  ])('%s', (_, drain, endS, left) => {
    const run = observe(every(1, 10, { duration: 3.5, drain }));
    expect([run.endS, run.run.state.tasks.size]).toEqual([endS, left]);
    expect(run.measures.total.arrived).toBe(3);
    expect(run.measures.window_s).toBe(endS);
  });
});

describe('after the arrivals have stopped at the third task', () => {
  test.each([
    ['drain: false ends at once', false, 3, 3],
    ['drain: true goes on until all have left', true, 31, 0],
    ['drain: 8 goes on for 8 s', 8, 11, 2],
  ])('%s', (_, drain, endS, left) => {
    const run = observe(every(1, 10, { tasks: 3, drain }));
    expect([run.endS, run.run.state.tasks.size]).toEqual([endS, left]);
    expect(run.measures.total.arrived).toBe(3);
  });
});

describe('a warm-up of 4.2 s in a run of 10 s with an arrival a second and 0.5 s of work', () => {
  const run = observe(every(1, 0.5, { duration: 10 }), { warmupS: 4.2 });

  test('counts begin again', () => {
    // Arrivals at 5 to 9; the one of 4 completes at 4.5, in the window.
    expect(run.measures.total).toMatchObject({ arrived: 5, completed: 6 });
    expect(run.measures.stages.s).toMatchObject({ arrived: 5, completed: 6 });
  });

  test('latency and waits are those of tasks that arrived in the window', () => {
    expect(run.measures.total.latency_s).toMatchObject({ count: 5, mean: 0.5 });
    expect(run.measures.stages.s!.wait_s.count).toBe(5);
  });

  test('averages are over the window', () => {
    expect(run.measures.window_s).toBeCloseTo(5.8, 12);
    // Busy from 4.2 to 4.5 and 5 × 0.5 s.
    expect(run.measures.pools.p!.utilisation.busy).toBeCloseTo(2.8 / 5.8, 12);
    expect(run.measures.total.throughput_hz).toBeCloseTo(6 / 5.8, 12);
  });

  test('the series show the whole run', () => {
    expect(run.series.arrived.reduce((sum, count) => sum + count, 0)).toBe(9);
    expect(run.series.bins * run.series.bin_s).toBeCloseTo(10, 9);
  });
});

test('what was wasted before the warm-up’s end does not count', () => {
  const scenario = oneStage({
    run: { duration: 100 },
    workloads: {
      w: {
        arrival: { process: 'deterministic', interval: 10 },
        workflow: [{ stage: 's', work: 1, errorRate: 1 }],
      },
    },
  });
  expect(observe(scenario, { warmupS: 50.5 }).measures).toMatchObject({
    total: { failures: 5, dead_lettered: 5 },
    stages: { s: { completed: 5 } },
  });
  // Four whole seconds, and of the one that was at work at 50.5 what can have been wasted in the window.
  expect(observe(scenario, { warmupS: 50.5 }).measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(4.5, 9);
});

test('costs: GPU-hours of the window at the price, idle ones too', () => {
  const run = observe(
    {
      ...oneStage({
        workloads: { w: { value: 2, workflow: [{ stage: 's', work: 'trace' }] } },
      }),
      pools: { p: { gpusPerNode: 2, price: 3 } },
    },
    {
      rows: {
        w: [
          { at: 0, work: 1800 },
          { at: 0, work: 3600 },
        ],
      },
    },
  );
  expect(run.measures.pools.p).toMatchObject({
    gpus: 2,
    gpu_hours: 2,
    busy_gpu_hours: 1.5,
    cost_usd: 6,
    idle_cost_usd: 1.5,
  });
  expect(run.measures.cost).toMatchObject({
    total_usd: 6,
    idle_usd: 1.5,
    per_completed_task_usd: 3,
    completed_value_usd: 4,
  });
});

test('goodput counts what completes by its deadline, the deadline itself included', () => {
  const run = observe(oneStage({ workloads: { w: { deadline: 2, workflow: [{ stage: 's', work: 1 }] } } }), {
    rows: { w: [{ at: 0 }, { at: 0 }, { at: 0 }] },
  });
  expect(times(run, 'completed')).toEqual(['w/0@1', 'w/1@2', 'w/2@3']);
  expect(run.measures.total).toMatchObject({ completed: 3, completed_in_time: 2 });
});

test('a run that is not over has no result', () => {
  const { system, policies } = compileObject(every(1, 1, { duration: 10 }));
  const run = startRun(system, policies, '1', { warmupS: 0 });
  run.advance(3);
  expect(() => run.result()).toThrow('the run is not over');
});

test('in pieces or in one go, the result is the same', () => {
  const { system, policies } = compileObject(every(0.7, 1, { duration: 50 }));
  const results = [1, 7, 1_000_000].map((piece) => {
    const run = startRun(system, policies, '1', { warmupS: 5 });
    while (!run.advance(piece));
    return JSON.stringify(run.result());
  });
  expect(new Set(results).size).toBe(1);
});
