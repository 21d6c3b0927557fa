import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Costs, checkCosts, costParameters } from '../../../src/policies/preemption/costs.js';
import { type FakeTask, fakeView } from '../fake-view.js';

const schema = z.strictObject(costParameters()).superRefine(checkCosts);
const costs = (parameters: Record<string, unknown>, ...tasks: FakeTask[]) =>
  new Costs(schema.parse(parameters), fakeView({ tasks }));

/** A task that has done 10 of 40 s of its step and holds 63 GB on two GPUs. */
const TASK = { stepWorkS: 40, remainingWorkS: 30, memoryBytes: 63e9, gpus: 2 };

describe('what the engine is told, mode by mode', () => {
  test.each([
    ['resume: falls back to the last checkpoint, resumes at no cost', {}, 'resume', -1, 0],
    [
      'resume with a checkpoint on the way out',
      { checkpointOnPreempt: true, checkpointCost: '20s', resumeCost: '1m30s' },
      'resume',
      20,
      90,
    ],
    ['recompute: nothing to save, a fifth of 10 s again', { mode: 'recompute' }, 'resume', 0, 2],
    ['recompute: half of them', { mode: 'recompute', recomputeFraction: '50%' }, 'resume', 0, 5],
    ['swap: 63 GB at 31.5 GB/s, out and back', { mode: 'swap' }, 'resume', 2, 2],
    ['swap: at 63 GB/s', { mode: 'swap', swapBandwidth: '63GB/s' }, 'resume', 1, 1],
    ['restart', { mode: 'restart' }, 'restart', -1, 0],
    ['restart-task', { mode: 'restart-task' }, 'restart-task', -1, 0],
    ['abort', { mode: 'abort' }, 'abort', -1, 0],
  ] as const)('%s', (_, parameters, mode, saveS, resumeS) => {
    const told = costs(parameters, TASK);
    expect([told.mode, told.saveS(0), told.resumeS(0)]).toEqual([mode, saveS, resumeS]);
  });

  test('checkpoints are in seconds, and `inf` means none on the way', () => {
    expect(costs({ checkpointInterval: '10m', checkpointCost: '20s' })).toMatchObject({
      checkpointIntervalS: 600,
      checkpointCostS: 20,
    });
    expect(costs({ checkpointInterval: 'inf' }).checkpointIntervalS).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('parameters of another mode are refused with the reason', () => {
  test.each([
    [{ mode: 'restart', checkpointInterval: '1m' }, '`checkpointInterval` needs mode resume'],
    [{ mode: 'abort', checkpointCost: 1 }, '`checkpointCost` needs mode resume'],
    [{ mode: 'swap', checkpointOnPreempt: true }, '`checkpointOnPreempt` needs mode resume'],
    [{ mode: 'recompute', resumeCost: 5 }, '`resumeCost` needs mode resume'],
    [{ recomputeFraction: 0.5 }, '`recomputeFraction` needs mode recompute'],
    [{ mode: 'recompute', swapBandwidth: '1GB/s' }, '`swapBandwidth` needs mode swap'],
  ])('%j', (parameters, reason) => {
    expect(schema.safeParse(parameters).error?.issues[0]?.message).toContain(reason);
  });

  test('written with its default value a parameter contradicts nothing', () => {
    expect(schema.safeParse({ mode: 'restart', checkpointCost: 0 }).success).toBe(true);
  });
});

describe('checkpoints every 3 s of work that take 1 s each', () => {
  const told = costs({ checkpointInterval: 3, checkpointCost: 1 });

  test.each([
    [2, 2],
    [3.5, 3],
    [4, 3],
    [4.5, 3.5],
    [9, 7],
  ])('after %d s on the resource %d s of work are done', (stretchS, doneS) => {
    expect(told.doneS(stretchS)).toBe(doneS);
  });

  test('the time for so much work is the first at which it is done', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (quarters) => {
        const workS = quarters / 4;
        const stretchS = told.stretchS(workS);
        expect(told.doneS(stretchS)).toBe(workS);
        expect(told.doneS(stretchS - 1 / 8)).toBeLessThan(workS);
      }),
    );
  });
});

describe('what would be lost, and what is saved, of a task that has worked since 90 s and is stopped at 100 s', () => {
  const running = { startedAtS: 90, gpus: 2, stepWorkS: 100 };
  /** 20 s were done before; the view says that 10 s more are done by now. */
  const estimate = (parameters: Record<string, unknown>) => {
    const view = {
      ...fakeView({ tasks: [{ ...running, remainingWorkS: 80 }] }),
      remainingNowS: () => 70,
    };
    const told = new Costs(schema.parse(parameters), view);
    return [told.lostGpuS(0, 100), told.savedShare(0, 100)];
  };

  test.each([
    ['progress always safe: nothing', {}, [0, 1]],
    ['saved on the way out: nothing', { checkpointInterval: 'inf', checkpointOnPreempt: true }, [0, 1]],
    ['no checkpoints: 10 s on two GPUs; 20 of 30 s are safe', { checkpointInterval: 'inf' }, [20, 2 / 3]],
    ['every 4 s: the last 2 s', { checkpointInterval: 4 }, [4, 28 / 30]],
    ['swap: nothing', { mode: 'swap' }, [0, 1]],
    ['recompute: a fifth of 30 s again', { mode: 'recompute' }, [12, 1]],
    ['restart: the stretch, and nothing is kept', { mode: 'restart' }, [20, 0]],
  ] as const)('%s', (_, parameters, [lostGpuS, savedShare]) => {
    const [lost, saved] = estimate(parameters);
    expect(lost).toBeCloseTo(lostGpuS, 9);
    expect(saved).toBeCloseTo(savedShare, 9);
  });

  test('who has done nothing has nothing to lose', () => {
    expect(costs({ mode: 'restart' }, { stepWorkS: 5, remainingWorkS: 5 }).savedShare(0, 0)).toBe(1);
  });
});
