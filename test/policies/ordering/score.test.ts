import fc from 'fast-check';
import { expect, test } from 'vitest';
import { score } from '../../../src/policies/ordering/score.js';
import type { FakeTask } from '../fake-view.js';
import { make } from '../make.js';

const SYSTEM = { workloads: ['chat', 'batch'], tenants: ['acme', 'zeta'] };

/** The weighted parts of the only task's score. */
function partsOf(parameters: Record<string, unknown>, task: FakeTask, nowS = 100) {
  const order = make(score, parameters, { ...SYSTEM, tasks: [task] });
  return order.why!(0, nowS);
}

const only = (criterion: string, more: object = {}) => ({ weights: { [criterion]: 1 }, ...more });

test('slack: what is left to the deadline less what is left to do, on the scale given', () => {
  const part = (deadlineS: number, remainingWorkS = 10) =>
    partsOf(only('deadlineSlack', { slackScale: '40s' }), { deadlineS, remainingWorkS }).numbers
      ?.deadlineSlack;
  // At 100 s with 10 s to do: a deadline at 110 s has no slack, one at 130 s has 20 of 40 s, one at 150 s all 40.
  expect([part(110), part(130), part(150), part(1000), part(0)]).toEqual([1, 0.5, 0, 0, 1]);
  expect(part(Number.POSITIVE_INFINITY)).toBe(0);
});

test('value, waiting and priority: their share of the scale, at most 1', () => {
  const value = (valueUsd: number) => partsOf(only('value', { valueScale: 4 }), { valueUsd }).numbers?.value;
  expect([value(0), value(1), value(8)]).toEqual([0, 0.25, 1]);
  const waiting = (queuedAtS: number) =>
    partsOf(only('waiting', { waitingScale: 50 }), { queuedAtS }).numbers?.waiting;
  expect([waiting(100), waiting(90), waiting(0)]).toEqual([0, 0.2, 1]);
  const priority = (level: number) =>
    partsOf(only('priority', { priorityScale: 4 }), { priority: level }).numbers?.priority;
  expect([priority(-1), priority(1), priority(9)]).toEqual([0, 0.25, 1]);
});

test('freshness halves with each half-life since arrival', () => {
  const part = (arrivalS: number) =>
    partsOf(only('freshness', { freshnessHalfLife: 25 }), { arrivalS }).numbers?.freshness;
  expect(part(100)).toBe(1);
  expect(part(75)).toBeCloseTo(0.5, 12);
  expect(part(0)).toBeCloseTo(1 / 16, 12);
});

test('risk counts against a workload', () => {
  const part = (workload: number) =>
    partsOf(only('risk', { risks: { batch: '75%' } }), { workload }).numbers?.risk;
  expect([part(0), part(1)]).toEqual([1, 0.25]);
});

test('tiers are shares of the highest; a tenant’s goes before its workload’s', () => {
  const tiers = { workloadTiers: { chat: 2 }, tenantTiers: { zeta: 4 } };
  const part = (workload: number, tenant: number) =>
    partsOf(only('slaTier', tiers), { workload, tenant }).numbers?.slaTier;
  expect([part(0, 0), part(1, 0), part(1, 1), part(0, 1)]).toEqual([0.5, 0, 1, 1]);
});

test('the score is the weighted sum, and the reason the largest part of it', () => {
  const parameters = { weights: { value: 2, waiting: 3, priority: 1 }, valueScale: 4, waitingScale: 100 };
  expect(partsOf(parameters, { valueUsd: 2, queuedAtS: 50, priority: 10 })).toEqual({
    reason: 'waiting',
    numbers: { score: 2 * 0.5 + 3 * 0.5 + 1, value: 1, waiting: 1.5, priority: 1 },
  });
});

test('without weights it is slack, value, waiting and priority alike', () => {
  const { numbers } = partsOf({}, { valueUsd: 1 });
  expect(Object.keys(numbers ?? {}).sort()).toEqual([
    'deadlineSlack',
    'priority',
    'score',
    'value',
    'waiting',
  ]);
});

test('the order is looked up anew at every choice: a deadline comes nearer, a value does not', () => {
  const tasks = [
    { deadlineS: 100, remainingWorkS: 0 },
    { valueUsd: 0.5, remainingWorkS: 0 },
  ];
  const order = make(score, { weights: { deadlineSlack: 1, value: 1 } }, { ...SYSTEM, tasks });
  expect(order.structure).toBe('scan');
  const firstAt = (nowS: number) => (order.key(0, nowS) < order.key(1, nowS) ? 0 : 1);
  // 60 s before its deadline the slack counts 0, 30 s before it counts a half, like the value.
  expect([firstAt(40), firstAt(69), firstAt(71), firstAt(100)]).toEqual([1, 1, 0, 0]);
});

const anyTask = fc.record({
  deadlineS: fc.nat(200),
  valueUsd: fc.integer({ min: 0, max: 20 }),
  priority: fc.integer({ min: -2, max: 12 }),
  queuedAtS: fc.nat(100),
  arrivalS: fc.nat(100),
  workload: fc.nat(1),
  tenant: fc.nat(1),
  remainingWorkS: fc.nat(20),
});

const ALL = {
  weights: { deadlineSlack: 1, value: 2, risk: 0.5, freshness: 1, waiting: 1, slaTier: 3, priority: 1 },
  risks: { batch: 0.5 },
  tenantTiers: { acme: 1 },
};

test('a score lies between 0 and the sum of the weights', () => {
  fc.assert(
    fc.property(anyTask, (task) => {
      const value = partsOf(ALL, task).numbers?.score ?? Number.NaN;
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(9.5);
    }),
  );
});

test('all else equal, a nearer deadline, a higher value or priority and a longer wait never put a task back', () => {
  fc.assert(
    fc.property(anyTask, fc.nat(50), (task, more) => {
      const better: FakeTask[] = [
        { ...task, deadlineS: task.deadlineS - more },
        { ...task, valueUsd: task.valueUsd + more },
        { ...task, priority: task.priority + more },
        { ...task, queuedAtS: task.queuedAtS - more },
      ];
      const order = make(score, ALL, { ...SYSTEM, tasks: [task, ...better] });
      for (let other = 1; other <= better.length; other++)
        expect(order.key(other, 100)).toBeLessThanOrEqual(order.key(0, 100));
    }),
  );
});

test('weights that can tell nobody apart are refused, with the reason', () => {
  const errorOf = (parameters: object) => score.parameters.safeParse(parameters).error?.issues[0]?.message;
  expect(errorOf({ weights: {} })).toMatch(/at least one weight must be above 0/);
  expect(errorOf({ weights: { risk: 1 } })).toMatch(/needs `risks`/);
  expect(errorOf({ weights: { slaTier: 1 }, tenantTiers: { acme: 0 } })).toMatch(/needs a tier above 0/);
  expect(errorOf({ weights: { value: -1 } })).toBe('expected a number of at least 0');
});

test('workloads and tenants are named to the scenario', () => {
  const parameters = { risks: { chat: 0.1 }, workloadTiers: { batch: 1 }, tenantTiers: { acme: 2 } };
  expect(score.references?.(score.parameters.parse(parameters))).toEqual([
    { kind: 'workload', name: 'chat', path: ['risks', 'chat'] },
    { kind: 'workload', name: 'batch', path: ['workloadTiers', 'batch'] },
    { kind: 'tenant', name: 'acme', path: ['tenantTiers', 'acme'] },
  ]);
});
