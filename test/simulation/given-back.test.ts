/**
 * Whatever happens to tasks, what was taken for them is given back, whoever was told of a start is told of its end, and
 * the phases of a task add up to its latency.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { State } from '../../src/model/life-cycle.js';
import { N, NONE } from '../../src/model/task-table.js';
import type { PolicyPoint } from '../../src/policies/definition.js';
import { ADMIT, type WipLimit } from '../../src/policies/points.js';
import type { PolicyChoice } from '../../src/policies/policy-set.js';
import { taskKey } from '../../src/policies/task-key.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import type { Run } from '../../src/simulation/simulate.js';
import { observe } from './observe.js';
import { own } from './own.js';
import { policiesWith, smallSystem } from './small-scenario.js';

const EFFORT = Number(process.env.WIPSIM_TEST_FACTOR ?? 1);

/** Lets everybody start, and keeps account of who holds what. */
function accountant(holds: WipLimit['holds'], held: Map<number, number>): PolicyChoice {
  return own('wip', () => {
    const change = (task: number, by: number) => {
      const now = (held.get(task) ?? 0) + by;
      if (now !== 0 && now !== 1) throw new Error(`${holds}: task ${task} holds ${now}`);
      if (now === 0) held.delete(task);
      else held.set(task, now);
    };
    return {
      holds,
      lanes: 0,
      mayStart: () => true,
      started: (task) => change(task, 1),
      stopped: (task) => change(task, -1),
      onStart: (task) => change(task, 0),
    };
  });
}

/** Told of starts and ends; a service ends at most once between them. */
function listener(atWork: Map<number, string>): PolicyChoice {
  return own('wip', () => {
    const expectAt = (task: number, before: readonly (string | undefined)[], what: string) => {
      const was = atWork.get(task);
      if (!before.includes(was)) throw new Error(`${what} of task ${task} after ${was}`);
    };
    return {
      holds: 'stage',
      lanes: 0,
      mayStart: () => true,
      started: () => {},
      stopped: () => {},
      onStart: (task) => {
        expectAt(task, [undefined], 'start');
        atWork.set(task, 'start');
      },
      onServiceEnd: (task, _stage, serviceS) => {
        expectAt(task, ['start'], 'end of service');
        if (!(serviceS >= 0)) throw new Error(`a service of ${serviceS} s`);
        atWork.set(task, 'served');
      },
      onStop: (task) => {
        expectAt(task, ['start', 'served'], 'stop');
        atWork.delete(task);
      },
    };
  });
}

/** What a client has sent ends once, before the client sends the task again. */
function client(open: Map<number, boolean>): PolicyChoice {
  return own('admission', ({ tasks }) => {
    const set = (task: number, isOpen: boolean, what: string) => {
      const key = taskKey(tasks, task);
      if ((open.get(key) ?? false) === isOpen) throw new Error(`${what} of task ${key} twice`);
      if (isOpen) open.set(key, true);
      else open.delete(key);
    };
    return {
      retryAfterS: 0,
      decide: (task) => {
        set(task, true, 'sending');
        return ADMIT;
      },
      onAttemptEnd: (task) => set(task, false, 'end'),
    };
  });
}

function expectAllGivenBack({ state }: Run, holders: readonly Map<number, unknown>[]): void {
  const { tasks } = state;
  let atStages = 0;
  tasks.forEach((task) => {
    if (tasks.n[task + N.stage] === NONE) return;
    const isWaiting = [State.ready, State.suspended].some((one) => one === tasks.n[task + N.state]);
    if (!isWaiting) atStages++;
  });
  const [byTask, byStage, atWork, sent] = holders;
  expect(byStage!.size).toBe(atStages);
  expect(atWork!.size).toBe(atStages);
  expect(byTask!.size).toBeGreaterThanOrEqual(atStages);
  expect(sent!.size).toBeLessThanOrEqual(tasks.size);
  if (tasks.size > 0) return;
  expect(byTask!.size).toBe(0);
  for (const { busy, inside } of state.services) expect([busy, inside.length]).toEqual([0, 0]);
  for (const { pool, memoryTakenBytes, running, reservedFor } of state.pools) {
    expect(pool.totalFree).toBe(pool.totalUnits);
    expect([memoryTakenBytes, running?.size ?? 0, reservedFor]).toEqual([0, 0, NONE]);
  }
  for (const { waiting, inProgress, atDoor, limits } of state.stages)
    expect([waiting, inProgress, atDoor.length, ...limits.map((one) => one.inProgress)]).toEqual([
      0,
      0,
      0,
      ...limits.map(() => 0),
    ]);
}

/** Those that have just been in their way back when the run ended. */
function expectCreditsBack({ state }: Run): void {
  for (const { backpressure, creditsLeft } of state.stages) {
    if (backpressure === null || backpressure.credits === Number.POSITIVE_INFINITY) continue;
    if (backpressure.creditReturnS === 0) expect(creditsLeft).toBe(backpressure.credits);
    else expect(creditsLeft).toBeLessThanOrEqual(backpressure.credits);
  }
}

test.each([
  ['retry', 'hedge'],
  ['retry', 'dead-letter'],
  ['backpressure', 'credits'],
  ['backpressure', 'watermark'],
  ['preemption', 'priority'],
  ['deadlines', 'drop'],
  ['deadlines', 'fallback'],
  ['admission', 'codel'],
] as const)('under %s/%s and any other policies', (point, name) => {
  fc.assert(
    fc.property(
      smallSystem,
      policiesWith({ [point]: name } as Record<PolicyPoint, string>),
      (system, policies) => {
        const byTask = new Map<number, number>();
        const byStage = new Map<number, number>();
        const atWork = new Map<number, string>();
        const sent = new Map<number, boolean>();
        try {
          // A rollout has instances of its own for each of its sets.
          const { rollout: _, ...others } = policies;
          const { run, measures } = observe(
            { ...system, policies: others },
            {
              own: [accountant('task', byTask), accountant('stage', byStage), listener(atWork), client(sent)],
            },
          );
          expectAllGivenBack(run, [byTask, byStage, atWork, sent]);
          if (run.state.tasks.size === 0) expectCreditsBack(run);
          const { latency_s, phases } = measures.total;
          const sumS = Object.values(phases).reduce((sum, { mean }) => sum + mean, 0);
          expect(sumS).toBeCloseTo(latency_s.mean, 6);
        } catch (error) {
          fc.pre(!(error instanceof ScenarioError));
          throw error;
        }
      },
    ),
    { numRuns: 40 * EFFORT },
  );
});
