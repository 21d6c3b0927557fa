/** How an ordering's answers are used in a run. */
import { describe, expect, test } from 'vitest';
import { LANE_BY_WORKLOAD, type OrderingPolicy } from '../../src/policies/points.js';
import type { SystemView } from '../../src/policies/view.js';
import { observe, oneStage, type ScenarioObject, times } from './observe.js';
import { own } from './own.js';

const ordering = (create: (view: SystemView) => OrderingPolicy) => own('ordering', create);

/** Workloads `x` and `y`, 1 s each, at stages of their own on one pool. */
const shared = (gpusPerNode: number, policies: object = {}): ScenarioObject => ({
  version: 1,
  name: 'shared pool',
  pools: { p: { mode: 'exclusive', gpusPerNode } },
  stages: { a: { pool: 'p' }, b: { pool: 'p' } },
  workloads: {
    x: { workflow: [{ stage: 'a', work: 1 }] },
    y: { workflow: [{ stage: 'b', work: 1 }] },
  },
  policies,
});
const three = [{ at: 0 }, { at: 0 }, { at: 0 }];

describe('a key', () => {
  /** Less work first, as it is when the key is read. 0 is stopped at 4, with 6 s to go; 2, of 7 s, has come at 5. */
  const stopped = (rekeys: boolean) => {
    const read: string[] = [];
    const run = observe(
      oneStage({
        pools: { p: { mode: 'exclusive' } },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
        policies: { preemption: 'priority' },
      }),
      {
        rows: {
          w: [
            { at: 0, work: 10, priority: 0 },
            { at: 4, work: 5, priority: 1 },
            { at: 5, work: 7, priority: 0 },
          ],
        },
        own: [
          ordering(({ tasks }) => ({
            structure: 'key',
            rekeys,
            key: (task, nowS) => {
              read.push(`${tasks.serial(task)}@${nowS}`);
              return tasks.remainingWorkS(task);
            },
          })),
        ],
      },
    );
    return { read, starts: times(run, 'in-progress') };
  };

  test('is read once as the task enters the queue, and kept where it comes back to it', () => {
    expect(stopped(false)).toEqual({
      read: ['0@0', '1@4', '2@5'],
      starts: ['w/0@0', 'w/1@4', 'w/2@9', 'w/0@16'],
    });
  });

  test('is read again as a preempted task comes back, where the ordering says so', () => {
    expect(stopped(true)).toEqual({
      read: ['0@0', '1@4', '0@4', '2@5'],
      starts: ['w/0@0', 'w/1@4', 'w/0@9', 'w/2@15'],
    });
  });
});

describe('a choice among the heads of all lanes', () => {
  test('is one among all stages of the pool', () => {
    // First come, first served would serve all of x first.
    const run = observe(shared(1, { ordering: { policy: 'wfq', by: 'workload', cost: 'request' } }), {
      rows: { x: three, y: [{ at: 0.5 }, { at: 0.5 }, { at: 0.5 }] },
    });
    expect(times(run, 'completed')).toEqual(['x/0@1', 'y/0@2', 'x/1@3', 'y/1@4', 'x/2@5', 'y/2@6']);
  });

  /** Prefers workload `y`, and notes whose heads it is offered. */
  const noting = (offered: string[][], started: string[] = []) =>
    ordering(({ tasks, workloadNames }) => {
      const name = (task: number) => `${workloadNames[tasks.workload(task)]}/${tasks.serial(task)}`;
      return {
        structure: 'fifo',
        lanes: LANE_BY_WORKLOAD,
        key: () => 0,
        choose: (heads, count) => {
          const all = Array.from({ length: count }, (_, i) => heads[i]!);
          offered.push(all.map(name));
          return Math.max(
            0,
            all.findIndex((task) => tasks.workload(task) === 1),
          );
        },
        onStart: (task) => void started.push(name(task)),
      };
    });

  test('is offered one task of each lane, the first, and is told of the start', () => {
    const offered: string[][] = [];
    const started: string[] = [];
    observe(shared(1), { rows: { x: three, y: three }, own: [noting(offered, started)] });
    expect(started).toEqual(['x/0', 'y/0', 'y/1', 'y/2', 'x/1', 'x/2']);
    expect(offered).toContainEqual(['x/1', 'y/0']);
    expect(offered.every((heads) => heads.length <= 2)).toBe(true);
  });

  test('is not offered a task that a limit holds back', () => {
    const offered: string[][] = [];
    const limit = { wip: { policy: 'class', limits: { y: 1 } } };
    const run = observe(shared(2, limit), { rows: { x: three, y: three }, own: [noting(offered)] });
    // At 1 x/0 ends while y/0 is still there.
    expect(times(run, 'in-progress')).toEqual(['x/0@0', 'y/0@0', 'x/1@1', 'y/1@1', 'x/2@2', 'y/2@2']);
    expect(offered).toContainEqual(['x/1']);
    expect(offered).not.toContainEqual(['x/1', 'y/1']);
  });

  test('that is not among them is an error that names it', () => {
    const wrong = ordering(() => ({ structure: 'fifo', key: () => 0, choose: (_heads, count) => count }));
    expect(() => observe(shared(1), { rows: { x: three, y: three }, own: [wrong] })).toThrow(
      'an ordering chose task 1 of 1',
    );
  });
});

describe('a key that changes while tasks wait', () => {
  test('is read at every choice, of every waiting task; equal ones go in order of arrival', () => {
    // Until 2.5 x goes first, then y.
    const read = new Map<number, string[]>();
    const run = observe(shared(1), {
      rows: { x: three, y: three },
      own: [
        ordering(({ tasks, workloadNames }) => ({
          structure: 'scan',
          key: (task, nowS) => {
            const name = `${workloadNames[tasks.workload(task)]}/${tasks.serial(task)}`;
            read.set(nowS, [...(read.get(nowS) ?? []), name]);
            return (tasks.workload(task) === 0) === nowS < 1.5 ? 0 : 1;
          },
        })),
      ],
    });
    expect(times(run, 'completed')).toEqual(['x/0@1', 'x/1@2', 'y/0@3', 'y/1@4', 'y/2@5', 'x/2@6']);
    expect(new Set(read.get(2))).toEqual(new Set(['x/2', 'y/0', 'y/1', 'y/2']));
    expect(read.get(5)).toEqual(['x/2']);
  });
});

describe('an order that serves from either end', () => {
  test('is told how many wait and how long the oldest has', () => {
    // The GPU is taken until 10. While more than two wait the newest is next.
    const told = new Map<number, readonly [number, number]>();
    const run = observe(oneStage({ workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } } }), {
      rows: { w: [{ at: 0, work: 10 }, ...[1, 2, 3, 4].map((at) => ({ at, work: 1 }))] },
      own: [
        ordering(() => ({
          structure: 'either-end',
          key: () => 0,
          newestFirst: (length, longestWaitS, nowS) => {
            told.set(nowS, [length, longestWaitS]);
            return length > 2;
          },
        })),
      ],
    });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/4@10', 'w/3@11', 'w/1@12', 'w/2@13']);
    expect([10, 11, 12, 13].map((atS) => told.get(atS))).toEqual([
      [4, 9],
      [3, 10],
      [2, 11],
      [1, 11],
    ]);
  });

  test('of two lanes, one served from its new end goes before one served from its old end', () => {
    // They come in turns. At 1 three of y wait and two of x; from 2 on two of each, and the first to come is next.
    const run = observe(
      oneStage({
        workloads: {
          x: { workflow: [{ stage: 's', work: 1 }] },
          y: { workflow: [{ stage: 's', work: 1 }] },
        },
      }),
      {
        rows: { x: three, y: three },
        own: [
          ordering(() => ({
            structure: 'either-end',
            lanes: LANE_BY_WORKLOAD,
            key: () => 0,
            newestFirst: (length) => length > 2,
          })),
        ],
      },
    );
    expect(times(run, 'completed')).toEqual(['x/0@1', 'y/2@2', 'y/0@3', 'x/1@4', 'y/1@5', 'x/2@6']);
  });
});
