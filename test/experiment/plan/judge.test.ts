import { describe, expect, test } from 'vitest';
import type { Sample, SloTarget } from '../../../src/experiment/plan/evaluator.js';
import { judgeLook, slackOf } from '../../../src/experiment/plan/judge.js';
import { targetOf } from '../../../src/experiment/plan/slo-direction.js';

const slo = (name: string, more: Partial<SloTarget> = {}): SloTarget => ({
  name,
  metric: name,
  comparison: 'at_most',
  threshold: 10,
  withNodes: 'easier',
  ...more,
});

const sample = (...slos: number[][]): Sample => ({
  slos,
  objective: [],
  p99S: [],
  billedUsdPerHour: [],
  utilisation: [],
  events: [],
});

describe('one look', () => {
  // Mean 8, standard deviation 2, so the standard error of four is 1; t(0.95, 3) = 2.353.
  const values = [6, 8 - Math.sqrt(2), 8 + Math.sqrt(2), 10];
  const error = 1;

  test('is met where the upper bound is below the threshold, missed where the lower one is above, else open', () => {
    const at = (threshold: number) =>
      judgeLook([slo('wait', { threshold })], sample(values), 4, 0.05).decision;
    expect(at(8 + 2.36 * error)).toBe('met');
    expect(at(8 + 2.34 * error)).toBe('open');
    expect(at(8 - 2.34 * error)).toBe('open');
    expect(at(8 - 2.36 * error)).toBe('missed');
  });

  test('at least is the mirror image of at most', () => {
    const at = (threshold: number) =>
      judgeLook([slo('rate', { threshold, comparison: 'at_least' })], sample(values), 4, 0.05).decision;
    expect(at(8 - 2.36 * error)).toBe('met');
    expect(at(8 + 2.36 * error)).toBe('missed');
  });

  test('to say that one of two is missed takes half the error for each', () => {
    // t(0.975, 3) = 3.182.
    const at = (threshold: number) =>
      judgeLook([slo('wait', { threshold }), slo('other')], sample(values, [1, 1, 1, 1]), 4, 0.05).decision;
    expect(at(8 - 3.17 * error)).toBe('open');
    expect(at(8 - 3.2 * error)).toBe('missed');
  });

  test('names what fails, the worst first, and which way out there is', () => {
    const both = judgeLook(
      [slo('wait'), slo('idle', { withNodes: 'harder' }), slo('kept')],
      sample([11, 11], [30, 30], [1, 1]),
      2,
      0.05,
    );
    expect(both.failing).toEqual([1, 0]);
    expect([both.tooSmall, both.tooLarge]).toEqual([true, true]);
  });

  test('values that do not vary are what they are', () => {
    expect(judgeLook([slo('wait')], sample([10, 10, 10]), 3, 0.01).decision).toBe('met');
    expect(judgeLook([slo('wait', { threshold: 0 })], sample([0, 0, 0]), 3, 0.01).decision).toBe('met');
  });

  test('a scenario that cannot run so is too small', () => {
    expect(judgeLook([slo('wait')], { impossible: 'no room' }, 4, 0.05)).toMatchObject({
      decision: 'impossible',
      tooSmall: true,
    });
  });
});

test('slack is a part of the threshold, negative where it is missed', () => {
  expect(slackOf(slo('wait'), 8)).toBeCloseTo(0.2, 12);
  expect(slackOf(slo('rate', { comparison: 'at_least' }), 8)).toBeCloseTo(-0.2, 12);
  expect(slackOf(slo('none', { threshold: 0 }), 3)).toBe(-3);
});

test('bounds on cost and idle time get harder with nodes, all others easier', () => {
  const direction = (metric: string, comparison: 'at_most' | 'at_least' = 'at_most') =>
    targetOf({ name: metric, metric, path: metric.split('.'), comparison, threshold: 1 }).withNodes;
  expect(direction('cost.total_usd')).toBe('harder');
  expect(direction('pools.gpus.cost_usd')).toBe('harder');
  expect(direction('pools.gpus.utilisation.idle')).toBe('harder');
  expect(direction('pools.gpus.utilisation.busy', 'at_least')).toBe('harder');
  expect(direction('pools.gpus.utilisation.busy')).toBe('easier');
  expect(direction('pools.gpus.utilisation.wasted')).toBe('easier');
  expect(direction('workloads.chat.latency_s.p99')).toBe('easier');
  expect(direction('workloads.chat.goodput_hz', 'at_least')).toBe('easier');
  expect(direction('workloads.chat.cost.per_completed_task_usd')).toBe('harder');
});
