/** What policies do by themselves, by timers: nodes that come and go, tasks refused or sent on a cheaper path. */
import { describe, expect, test } from 'vitest';
import { type Observed, observe, oneStage, type ScenarioObject, story, times } from './observe.js';
import { atTimes } from './own.js';

const HOUR_S = 3600;

const gpuS = ({ measures }: Observed): { all: number; busy: number } => {
  const { gpu_hours, busy_gpu_hours } = measures.pools.p!;
  return { all: Number((gpu_hours * HOUR_S).toFixed(6)), busy: Number((busy_gpu_hours * HOUR_S).toFixed(6)) };
};

const tenSeconds = (policies: object = {}, pool: object = {}): ScenarioObject =>
  oneStage({
    pools: { p: { mode: 'exclusive', ...pool } },
    workloads: { w: { workflow: [{ stage: 's', work: 10 }] } },
    policies,
  });
const rows = (...atS: number[]) => ({ w: atS.map((at) => ({ at })) });

describe('nodes ordered while the signal stays on', () => {
  const scaling = {
    backpressure: {
      policy: 'watermark',
      high: 2,
      low: 0,
      escalation: { remedy: 'scale-out', after: 5, provisionDelay: 2, holdFor: 3 },
    },
  };

  test('come after 5 s and 2 s more, and go 3 s after it is off, when they come free', () => {
    // Three wait from 0 on. The new node is there at 7 and serves from 7 to 17 and from 17 to 27; the first one serves
    // to 10 and to 20. Nobody waits from 17 on, so the new one is to go at 20, and goes at 27. At 40 there is one.
    const run = observe(tenSeconds(scaling), { rows: rows(0, 0, 0, 0, 40, 41) });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@7', 'w/2@10', 'w/3@17', 'w/4@40', 'w/5@50']);
    expect(run.endS).toBe(60);
    // 60 s of the one and 20 s of the other; six tasks of 10 s.
    expect(gpuS(run)).toEqual({ all: 80, busy: 60 });
    expect(run.measures.pools.p!.utilisation.busy).toBeCloseTo(0.75, 9);
    expect(run.measures.pools.p!.gpus).toBeCloseTo(80 / 60, 9);
    expect(run.measures.policies['backpressure/watermark']).toMatchObject({ nodes_added: 1, escalations: 1 });
    // Over time: one of one, two of two, the leaving one of two, none, and one of one again.
    const { bin_s, busy } = run.series;
    const busyAt = (atS: number) => Number(busy.p![Math.floor(atS / bin_s)]!.toFixed(9));
    expect([3, 9, 18.5, 23, 33, 43].map(busyAt)).toEqual([1, 1, 1, 0.5, 0, 1]);
  });

  test('cost what they cost while they are there', () => {
    const run = observe(tenSeconds(scaling, { price: 36 }), { rows: rows(0, 0, 0, 0, 40, 41) });
    expect(run.measures.cost.total_usd).toBeCloseTo(0.8, 9);
    expect(run.measures.cost.idle_usd).toBeCloseTo(0.2, 9);
  });

  test('are measured from the end of the warm-up on', () => {
    const run = observe(tenSeconds(scaling), { rows: rows(0, 0, 0, 0, 40, 41), warmupS: 10 });
    expect(gpuS(run)).toEqual({ all: 50 + 17, busy: 10 + 17 + 20 });
  });

  test('do not come where the signal goes off before', () => {
    const run = observe(tenSeconds({ backpressure: { ...scaling.backpressure, low: 1 } }), {
      rows: { w: [0, 0, 0].map((at) => ({ at })) },
    });
    // From 2 waiting to 1 at 10: on for 10 s, so ordered at 5, there at 7.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@7', 'w/2@10']);
    const sooner = observe(
      tenSeconds({
        backpressure: { ...scaling.backpressure, low: 1, escalation: { remedy: 'scale-out', after: 11 } },
      }),
      { rows: rows(0, 0, 0) },
    );
    expect(times(sooner, 'in-progress')).toEqual(['w/0@0', 'w/1@10', 'w/2@20']);
  });
});

/** So many nodes more, or less, at these times. */
const calls = (given: Readonly<Record<number, number>>) =>
  atTimes(Object.keys(given).map(Number), (runtime) => runtime.scale(0, given[runtime.nowS()]!));

test('an idle node goes at once, a busy one when it comes free, and one that is wanted again meanwhile stays', () => {
  // Two nodes from 1 on, both busy from 2 to 10; the new one is to go at 3, is wanted again at 5, and goes at 12, idle.
  const run = observe(tenSeconds(), {
    rows: rows(0, 2, 13, 14),
    own: [calls({ 1: 1, 3: -1, 5: 1, 12: -1 })],
  });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@2', 'w/2@13', 'w/3@23']);
  expect(gpuS(run)).toEqual({ all: 33 + 11, busy: 40 });
});

test('nobody starts on a node that is to go, and those of the scenario never go', () => {
  // The new node of two GPUs has one busy from 2 to 12, and is to go at 3.
  const run = observe(tenSeconds({}, { gpusPerNode: 2 }), {
    rows: rows(0, 0, 2, 4, 5),
    own: [calls({ 1: 1, 3: -7 })],
  });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@0', 'w/2@2', 'w/3@10', 'w/4@10']);
  expect(run.run.state.pools[0]!.pool.totalUnits).toBe(2);
  expect(run.run.state.pools[0]!.pool.totalFree).toBe(2);
});

test('a gang that waits is served by what comes', () => {
  const run = observe(
    oneStage({
      pools: { p: { mode: 'exclusive', gpusPerNode: 2, spanNodes: true } },
      workloads: {
        small: { workflow: [{ stage: 's', work: 10 }] },
        gang: { workflow: [{ stage: 's', work: 1, gpus: 2 }] },
      },
    }),
    { rows: { small: [{ at: 0 }], gang: [{ at: 1 }] }, own: [calls({ 4: 1 })] },
  );
  expect(times(run, 'completed')).toEqual(['gang/0@5', 'small/0@10']);
});

describe('tasks taken out of a queue while the signal stays on', () => {
  /** Served from 0 to 10: the first. Waiting: cheap and dear ones. */
  const relieving = (remedy: string, policies: object = {}): ScenarioObject => ({
    version: 1,
    name: 'relieving',
    pools: { p: {}, small: {} },
    stages: { s: { pool: 'p' }, t: { pool: 'small' } },
    workloads: {
      cheap: { value: 1, workflow: [{ stage: 's', work: 10 }], fallback: [{ stage: 't', work: 2 }] },
      dear: { value: 5, workflow: [{ stage: 's', work: 10 }] },
    },
    policies: {
      backpressure: {
        policy: 'watermark',
        at: 's',
        high: 4,
        low: 2,
        escalation: { remedy, after: 3 },
      },
      ...policies,
    },
  });
  const waiting = { dear: [{ at: 0 }, { at: 0.5 }], cheap: [{ at: 1 }, { at: 1 }, { at: 2 }] };

  test('are refused, the cheap before the dear and the last to come before the others', () => {
    // Four wait at 2; at 5 two of them are refused: the one that came at 2, and of the others the second.
    const run = observe(relieving('shed'), { rows: waiting });
    expect(times(run, 'rejected')).toEqual(['cheap/2@5', 'cheap/1@5']);
    expect(times(run, 'in-progress')).toEqual(['dear/0@0', 'dear/1@10', 'cheap/0@20']);
    expect(run.measures.total).toMatchObject({ refusals: 2, rejected: 2 });
    expect(run.measures.policies['backpressure/watermark']).toMatchObject({ tasks_shed: 2 });
  });

  test('and come back, where their clients try again', () => {
    const run = observe(relieving('shed', { retry: { policy: 'fixed', delay: 30, on: ['rejected'] } }), {
      rows: waiting,
    });
    expect(run.measures.total).toMatchObject({ refusals: 2, retries: 2, rejected: 0, completed: 5 });
    expect(story(run, 'cheap/2')).toEqual([
      'ready@2',
      'rejected@5',
      'retried@5',
      'ready@35',
      'in-progress@35',
      'completed@45',
    ]);
  });

  test('take the cheaper path, those that have one', () => {
    const run = observe(relieving('degrade'), { rows: waiting });
    expect(times(run, 'completed')).toEqual([
      'cheap/2@7',
      'cheap/1@9',
      'dear/0@10',
      'dear/1@20',
      'cheap/0@30',
    ]);
    expect(run.measures.total).toMatchObject({ completed: 5, completed_fallback: 2, refusals: 0 });
    expect(run.measures.policies['backpressure/watermark']).toMatchObject({ tasks_degraded: 2 });
  });
});
