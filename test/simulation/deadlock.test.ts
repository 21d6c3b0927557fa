import { describe, expect, test } from 'vitest';
import { observe, type ScenarioObject } from './observe.js';

/** Tasks go from one pool to the other and back; the queue at `second` and `third` holds nobody, and blocks. */
const circle = (given: { tasks: number; gpus: number; policies?: object }): ScenarioObject => ({
  version: 1,
  name: 'circle',
  run: { tasks: given.tasks, drain: true, seed: 1 },
  pools: { a: { gpusPerNode: given.gpus }, b: { gpusPerNode: given.gpus } },
  stages: {
    first: { pool: 'a' },
    second: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } },
    third: { pool: 'a', queue: { capacity: 0, whenFull: 'block' } },
  },
  workloads: {
    w: {
      arrival: { process: 'deterministic', interval: 1, batch: 1 },
      workflow: [
        { stage: 'first', work: 2 },
        { stage: 'second', work: 2 },
        { stage: 'third', work: 2 },
      ],
    },
  },
  ...(given.policies === undefined ? {} : { policies: given.policies }),
});

describe('tasks that hold what each other waits for', () => {
  test('are told of at the moment when the circle closes, with who holds what and waits for what', () => {
    // By hand: the first task starts at 1 s, moves to b at 3 s, the second starts on a then; at 5 s both have
    // finished, and each wants the other's pool.
    const { measures, deadlocks } = observe(circle({ tasks: 2, gpus: 1 }));
    expect(measures.deadlocks).toBe(1);
    expect(deadlocks).toEqual([
      {
        atS: 5,
        cycle: [
          expect.stringMatching(/^w\/\d holds [ab] and waits for stage (second|third) on [ab]$/),
          expect.stringMatching(/^w\/\d holds [ab] and waits for stage (second|third) on [ab]$/),
        ],
      },
    ]);
    expect(new Set(deadlocks[0]!.cycle.map((words) => words.slice(0, 11))).size).toBe(2);
    expect(measures.stuck_tasks).toBe(2);
    expect(measures.total.completed).toBe(0);
  });

  test('one task alone goes round, and a limit on the work in progress keeps the circle open', () => {
    const alone = observe(circle({ tasks: 1, gpus: 1 }));
    expect([alone.measures.deadlocks, alone.measures.stuck_tasks]).toEqual([0, 0]);
    const wip = { wip: { policy: 'global', limit: 1, holds: 'task' } };
    const limited = observe(circle({ tasks: 20, gpus: 1, policies: wip }));
    expect([limited.measures.deadlocks, limited.measures.stuck_tasks]).toEqual([0, 0]);
    expect(limited.measures.total.completed).toBe(20);
  });

  test('what waits behind a circle is stuck, but no circle of its own', () => {
    const { measures } = observe(circle({ tasks: 9, gpus: 2 }));
    expect(measures.deadlocks).toBe(1);
    expect(measures.stuck_tasks).toBeGreaterThanOrEqual(4);
  });
});
