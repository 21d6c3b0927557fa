/** What is done about deadlines, wherever the task is at that moment. */
import { describe, expect, test } from 'vitest';
import { HOLD } from '../../src/policies/points.js';
import { type Observed, observe, type Row, type ScenarioObject, times } from './observe.js';
import { own } from './own.js';
import { FULL_DOOR, twoPaths } from './two-paths.js';

const HOUR_S = 3600;

const wastedS = ({ measures }: Observed, pool: string): number =>
  measures.pools[pool]!.wasted_gpu_hours * HOUR_S;

interface Place {
  /** State in which the deadline finds the task. */
  readonly state: string;
  readonly scenario: (deadlines: object | string) => ScenarioObject;
  readonly other?: readonly Row[];
  readonly holds?: boolean;
}

const stopping = (rest: object = {}) => ({
  ordering: 'priority',
  preemption: { policy: 'priority', ...rest },
});

const PLACES: Readonly<Record<string, Place>> = {
  'on hold at admission': {
    state: 'queued',
    scenario: (deadlines) => twoPaths({ policies: { deadlines } }),
    holds: true,
  },
  'waiting at admission': {
    state: 'queued',
    scenario: (deadlines) =>
      twoPaths({
        other: [{ stage: 'c', work: 0.5 }],
        policies: { deadlines, admission: { policy: 'leaky-bucket', rate: 0.2 } },
      }),
    other: [{ at: 0 }],
  },
  'in the back-off of a refusal': {
    state: 'retried',
    scenario: (deadlines) =>
      twoPaths({
        other: [{ stage: 'c', work: 0.5 }],
        policies: {
          deadlines,
          admission: { policy: 'token-bucket', rate: 0.2 },
          retry: { policy: 'fixed', on: ['rejected'] },
        },
      }),
    other: [{ at: 0 }],
  },
  'in a queue': {
    state: 'ready',
    scenario: (deadlines) => twoPaths({ other: [{ stage: 'a', work: 9 }], policies: { deadlines } }),
    other: [{ at: 0 }],
  },
  'in service': { state: 'in-progress', scenario: (deadlines) => twoPaths({ policies: { deadlines } }) },
  'in a delay': {
    state: 'in-progress',
    scenario: (deadlines) =>
      twoPaths({ workflow: [{ delay: 4 }, { stage: 'b', work: 4 }], policies: { deadlines } }),
  },
  'at a full door': {
    state: 'blocked',
    scenario: (deadlines) =>
      twoPaths({
        stages: FULL_DOOR,
        other: [{ stage: 'b', work: 9 }],
        workflow: [
          { stage: 'a', work: 2 },
          { stage: 'b', work: 4 },
        ],
        policies: { deadlines },
      }),
    other: [{ at: 0 }],
  },
  'in the back-off of an error': {
    state: 'retried',
    scenario: (deadlines) =>
      twoPaths({
        workflow: [{ stage: 'a', work: 2, errorRate: 1 }],
        policies: { deadlines, retry: { policy: 'fixed', delay: 5 } },
      }),
  },
  'preempted and waiting': {
    state: 'preempted (suspended)',
    scenario: (deadlines) =>
      twoPaths({ other: [{ stage: 'a', work: 9 }], policies: { deadlines, ...stopping() } }),
    other: [{ at: 2 }],
  },
};

const play = (place: Place, deadlines: object | string): Observed =>
  observe(place.scenario(deadlines), {
    rows: { ...(place.other === undefined ? {} : { other: place.other }), w: [{ at: 0 }] },
    own: place.holds
      ? [
          own('admission', (_view, runtime) => ({
            retryAfterS: 0,
            decide: (task) => {
              runtime.after(6, () => runtime.letIn(task));
              return HOLD;
            },
          })),
        ]
      : [],
  });

describe('a task is dropped at its deadline', () => {
  const dropped: Readonly<Record<string, Place>> = {
    ...PLACES,
    'saving its state for another': {
      state: 'preempted (checkpointing)',
      scenario: (deadlines) =>
        twoPaths({
          other: [{ stage: 'a', work: 9 }],
          policies: { deadlines, ...stopping({ checkpointOnPreempt: true, checkpointCost: 2 }) },
        }),
      other: [{ at: 2 }],
    },
    'loading its state again': {
      state: 'preempted (resuming)',
      scenario: (deadlines) =>
        twoPaths({
          other: [{ stage: 'a', work: 1 }],
          policies: { deadlines, ...stopping({ resumeCost: 2 }) },
        }),
      other: [{ at: 1 }],
    },
  };
  test.each(Object.entries(dropped))('%s', (_, place) => {
    const run = play(place, 'drop');
    const last = run.changes.filter(({ task }) => task === 'w/0').at(-1);
    expect(last).toMatchObject({ from: place.state, to: 'cancelled', atS: 3 });
    expect(run.measures.workloads.w).toMatchObject({ cancelled: 1, deadline_drops: 1, completed: 0 });
    // Nothing that it had done helps anybody.
    const { busy_gpu_hours, wasted_gpu_hours } = run.measures.pools.pa!;
    if (place.other === undefined) expect(wasted_gpu_hours).toBeCloseTo(busy_gpu_hours, 12);
    expect(run.run.state.tasks.size).toBe(0);
  });

  test('what it held is free at that moment', () => {
    const run = observe(
      twoPaths({ policies: { deadlines: 'drop' }, w: { workflow: [{ stage: 'a', work: 4 }] } }),
      {
        rows: { w: [{ at: 0 }, { at: 2 }] },
      },
    );
    // The second one starts at 3 and has its own deadline at 5.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@3']);
    expect(times(run, 'cancelled')).toEqual(['w/0@3', 'w/1@5']);
  });
});

describe('a task takes the cheaper path', () => {
  test.each([
    ['on hold at admission', 6, 0],
    ['waiting at admission', 5, 0],
    ['in the back-off of a refusal', 5, 0],
    ['in a queue', 3, 0],
    ['in service', 4, 4],
    ['in a delay', 4, 0],
    ['at a full door', 3, 2],
    ['in the back-off of an error', 3, 2],
    ['preempted and waiting', 3, 2],
  ])('found %s: from %d s on, %d s of work are lost', (where, fromS, lostS) => {
    const run = play(PLACES[where]!, 'fallback');
    const after = run.changes.filter(({ task, stage }) => task === 'w/0' && stage === 2);
    expect(after.map(({ to, atS }) => `${to}@${Number(atS.toFixed(6))}`)).toEqual([
      `ready@${fromS}`,
      `in-progress@${fromS}`,
      `completed@${fromS + 1}`,
    ]);
    expect(run.measures.workloads.w).toMatchObject({
      completed: 1,
      completed_fallback: 1,
      completed_in_time: 0,
    });
    expect(run.measures.cost.completed_value_usd).toBe(4);
    expect(wastedS(run, 'pa')).toBeCloseTo(lostS, 9);
    expect(run.measures.stages.b!.completed).toBe(where === 'at a full door' ? 1 : 0);
  });
});
