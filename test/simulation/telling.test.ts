/** What policies are told of: starts, ends of services, stops, and ends of what clients sent. */
import { describe, expect, test } from 'vitest';
import type { PolicyPoint } from '../../src/policies/definition.js';
import { ADMIT, type PolicyBase, REFUSE } from '../../src/policies/points.js';
import type { PolicyChoice } from '../../src/policies/policy-set.js';
import type { SystemView } from '../../src/policies/view.js';
import { observe, oneStage, type ScenarioObject, twoStages } from './observe.js';
import { own, QUIET } from './own.js';

const callBacks = ({ tasks, workloadNames, stageNames }: SystemView, log: string[]): PolicyBase => {
  const name = (task: number) => `${workloadNames[tasks.workload(task)]}/${tasks.serial(task)}`;
  return {
    onStart: (task, stage, nowS) => log.push(`${name(task)} starts at ${stageNames[stage]}@${nowS}`),
    onStop: (task, stage, nowS) => log.push(`${name(task)} stops at ${stageNames[stage]}@${nowS}`),
    onServiceEnd: (task, _stage, serviceS, failed, nowS) =>
      log.push(`${name(task)} ${failed ? 'failed' : 'served'} for ${serviceS}@${nowS}`),
    onAttemptEnd: (task, outcome, nowS) => log.push(`${name(task)} ${outcome}@${nowS}`),
  };
};

/** At a point of which a policy decides nothing here. */
const hearing = (
  log: string[],
  point: PolicyPoint & ('backpressure' | 'retry') = 'backpressure',
): PolicyChoice =>
  point === 'retry'
    ? own('retry', (view) => ({ decide: () => -1, ...callBacks(view, log) }))
    : own('backpressure', (view) => ({ ...QUIET, ...callBacks(view, log) }));

const play = (
  scenario: ScenarioObject,
  rows: Parameters<typeof observe>[1],
  more: PolicyChoice[] = [],
): string[] => {
  const log: string[] = [];
  observe(scenario, { ...rows, own: [...more, hearing(log)] });
  return log;
};

const once = { rows: { w: [{ at: 0 }] } };
const work = (workS: number | string, rest: object = {}) => ({
  workflow: [{ stage: 's', work: workS, ...rest }],
});

test('an interrupted service is over once, with all of its seconds', () => {
  const scenario = oneStage({
    pools: { p: { mode: 'exclusive' } },
    workloads: { w: work(10), urgent: { priority: 1, ...work(5) } },
    policies: { preemption: 'priority' },
  });
  expect(play(scenario, { rows: { w: [{ at: 0 }], urgent: [{ at: 4 }] } })).toEqual([
    'w/0 starts at s@0',
    'w/0 stops at s@4',
    'urgent/0 starts at s@4',
    'urgent/0 served for 5@9',
    'urgent/0 stops at s@9',
    'urgent/0 completed@9',
    'w/0 starts at s@9',
    'w/0 served for 10@15',
    'w/0 stops at s@15',
    'w/0 completed@15',
  ]);
});

test('each try of a step is a service of its own; what the client sent ends with the last', () => {
  const scenario = oneStage({
    workloads: { w: work(2, { errorRate: 1 }) },
    policies: { retry: { policy: 'fixed', delay: 1, maxAttempts: 2 } },
  });
  expect(play(scenario, once)).toEqual([
    'w/0 starts at s@0',
    'w/0 failed for 2@2',
    'w/0 stops at s@2',
    'w/0 starts at s@3',
    'w/0 failed for 2@5',
    'w/0 stops at s@5',
    'w/0 error@5',
  ]);
});

test('a time-out ends the service, which has failed, and what the client sent', () => {
  const retry = { policy: 'fixed', delay: 1, maxAttempts: 2, on: ['timed-out'] };
  const scenario = oneStage({ workloads: { w: { timeout: 3, ...work(10) } }, policies: { retry } });
  expect(play(scenario, once)).toEqual([
    'w/0 starts at s@0',
    'w/0 failed for 3@3',
    'w/0 stops at s@3',
    'w/0 timed-out@3',
    'w/0 starts at s@4',
    'w/0 failed for 3@7',
    'w/0 stops at s@7',
    'w/0 timed-out@7',
  ]);
});

describe('what the client sent has not ended', () => {
  test('while a stage’s refusal is tried again within the system', () => {
    const line = twoStages({
      workloads: {
        w: {
          workflow: [
            { stage: 'a', work: 1 },
            { stage: 'b', work: 2 },
          ],
        },
      },
      policies: { retry: { policy: 'fixed', delay: 1, on: ['rejected'] } },
    });
    const porter = own('admission', ({ tasks }) => ({
      gates: [1],
      retryAfterS: 0,
      decide: (task) => (tasks.sent(task) === 1 ? REFUSE : ADMIT),
    }));
    const ends = play(line, once, [porter]).filter((one) => !/starts|stops|served/.test(one));
    expect(ends).toEqual(['w/0 completed@4']);
  });
});

describe('what the client sent ends once', () => {
  test('though the task is dropped in the back-off after a time-out', () => {
    const scenario = oneStage({
      workloads: { w: { timeout: 3, deadline: 5, ...work(10) } },
      policies: { retry: { policy: 'fixed', delay: 9, on: ['timed-out'] }, deadlines: 'drop' },
    });
    expect(play(scenario, once).slice(3)).toEqual(['w/0 timed-out@3']);
  });

  test('though the client’s time is over in the back-off after a refusal', () => {
    const porter = own('admission', ({ tasks }) => ({
      retryAfterS: 0,
      decide: (task) => (tasks.sent(task) < 3 ? REFUSE : ADMIT),
    }));
    const scenario = oneStage({
      workloads: { w: { timeout: 3, ...work(2) } },
      policies: { retry: { policy: 'fixed', delay: 2, maxAttempts: 4, on: ['rejected', 'timed-out'] } },
    });
    // Refused at 0 and at 2; at 3 its time is over, so it is sent again at 5.
    expect(play(scenario, once, [porter])).toEqual([
      'w/0 rejected@0',
      'w/0 rejected@2',
      'w/0 starts at s@5',
      'w/0 served for 2@7',
      'w/0 stops at s@7',
      'w/0 completed@7',
    ]);
  });
});

test('a dropped task has been given up in the middle of its service', () => {
  const scenario = oneStage({
    workloads: { w: { deadline: 3, ...work(10) } },
    policies: { deadlines: 'drop' },
  });
  expect(play(scenario, once)).toEqual([
    'w/0 starts at s@0',
    'w/0 failed for 3@3',
    'w/0 stops at s@3',
    'w/0 cancelled@3',
  ]);
});

describe('a policy hears of the places where it is in force', () => {
  const scenario = twoStages({
    workloads: {
      x: {
        workflow: [
          { stage: 'a', work: 1 },
          { stage: 'b', work: 2 },
        ],
      },
      y: { workflow: [{ stage: 'a', work: 1 }] },
    },
  });
  const rows = { x: [{ at: 0 }], y: [{ at: 5 }] };

  test('of its stages alone, and of the ends of all that clients sent', () => {
    const log: string[] = [];
    observe(scenario, { rows, own: [{ ...hearing(log), at: [1] }] });
    expect(log).toEqual([
      'x/0 starts at b@1',
      'x/0 served for 2@3',
      'x/0 stops at b@3',
      'x/0 completed@3',
      'y/0 completed@6',
    ]);
  });

  test('of its workloads alone', () => {
    const log: string[] = [];
    observe(scenario, { rows, own: [{ ...hearing(log, 'retry'), at: [1] }] });
    expect(log).toEqual(['y/0 starts at a@5', 'y/0 served for 1@6', 'y/0 stops at a@6', 'y/0 completed@6']);
  });
});
