/** Refusals of tasks that are about to be served. */
import { describe, expect, test } from 'vitest';
import { ADMIT, type AdmissionPolicy } from '../../src/policies/points.js';
import type { SystemView } from '../../src/policies/view.js';
import { observe, oneStage, story, times } from './observe.js';
import { own } from './own.js';

const HOUR_S = 3600;

/** Drops whoever has waited for more than 2 s. */
const impatient = (asked: string[]) =>
  own(
    'admission',
    ({ tasks }: SystemView): AdmissionPolicy => ({
      retryAfterS: 0,
      decide: () => ADMIT,
      drop: (task, _stage, nowS) => {
        asked.push(`${tasks.serial(task)}@${nowS}`);
        return nowS - tasks.queuedAtS(task) > 2;
      },
    }),
  );

describe('a task that is next to be served may be dropped instead', () => {
  const pool = (policies: object) =>
    oneStage({ workloads: { w: { workflow: [{ stage: 's', work: 3 }] } }, policies });
  /** Calls of 3 s, one at a time: the others wait in the stage's queue. */
  const service = (policies: object) => ({
    version: 1,
    name: 'service',
    services: { tool: { latency: 3 } },
    stages: { s: { service: 'tool' } },
    workloads: { w: { workflow: [{ stage: 's' }] } },
    policies: { wip: { policy: 'stage', limit: 1 }, ...policies },
  });

  test.each([
    ['pool', pool],
    ['service', service],
  ])('at a %s, asked when there is room, and then the next one is asked', (_, scenario) => {
    // 0 is served from 0 to 3. Then 1 has waited for 3 s, which is too long, and 2 for 1 s.
    const asked: string[] = [];
    const run = observe(scenario({}), {
      rows: { w: [{ at: 0 }, { at: 0 }, { at: 2 }] },
      own: [impatient(asked)],
    });
    expect(asked).toEqual(['0@0', '1@3', '2@3']);
    expect(times(run, 'rejected')).toEqual(['w/1@3']);
    expect(times(run, 'completed')).toEqual(['w/0@3', 'w/2@6']);
    expect(run.measures.stages.s).toMatchObject({ arrived: 3, refused: 1, completed: 2 });
    expect(run.measures.total).toMatchObject({ refusals: 1, rejected: 1, completed: 2 });
  });

  test.each([
    ['pool', pool],
    ['service', service],
  ])('at a %s, a retry waits in the queue anew', (_, scenario) => {
    const run = observe(scenario({ retry: { policy: 'fixed', delay: 1, on: ['rejected'] } }), {
      rows: { w: [{ at: 0 }, { at: 0 }, { at: 2 }] },
      own: [impatient([])],
    });
    // Dropped at 3, back at 4 behind 2, served from 6 on: 2 s of waiting are not too long.
    expect(story(run, 'w/1')).toEqual([
      'ready@0',
      'rejected@3',
      'retried@3',
      'ready@4',
      'in-progress@6',
      'completed@9',
    ]);
  });

  test('a gang is not asked about before its GPUs are free', () => {
    const asked: string[] = [];
    const run = observe(
      oneStage({
        pools: { p: { mode: 'exclusive', gpusPerNode: 2 } },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
      }),
      {
        rows: {
          w: [
            { at: 0, work: 1, gpus: 1 },
            { at: 0, work: 4, gpus: 1 },
            { at: 3, work: 1, gpus: 2 },
          ],
        },
        own: [impatient(asked)],
      },
    );
    expect(asked).toEqual(['0@0', '1@0', '2@4']);
    expect(times(run, 'completed')).toEqual(['w/0@1', 'w/1@4', 'w/2@5']);
  });

  test('a preempted task that is dropped has lost its work, also where it is tried again and completed', () => {
    // 4 s of work until it is stopped; at 9 it has waited for 5 s and is dropped; from 10 to 20 all 10 s once more.
    const run = observe(
      oneStage({
        pools: { p: { mode: 'exclusive' } },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
        policies: {
          ordering: 'priority',
          preemption: 'priority',
          retry: { policy: 'fixed', delay: 1, on: ['rejected'] },
        },
      }),
      {
        rows: {
          w: [
            { at: 0, work: 10, priority: 0 },
            { at: 4, work: 5, priority: 1 },
          ],
        },
        own: [impatient([])],
      },
    );
    expect(times(run, 'rejected')).toEqual(['w/0@9']);
    expect(times(run, 'completed')).toEqual(['w/1@9', 'w/0@20']);
    expect(run.measures.pools.p!.wasted_gpu_hours * HOUR_S).toBeCloseTo(4, 9);
  });
});
