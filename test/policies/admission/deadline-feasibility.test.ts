import { expect, test } from 'vitest';
import { deadlineFeasibility } from '../../../src/policies/admission/deadline-feasibility.js';
import { ADMIT, type AdmissionPolicy, REFUSE } from '../../../src/policies/points.js';
import { observe, oneStage } from '../../simulation/observe.js';
import type { FakeSystem } from '../fake-view.js';
import { make } from '../make.js';

const declared = { chat: '10s' };

test('an idle system: a task is let in exactly where its service fits before the deadline', () => {
  const policy = make(
    deadlineFeasibility,
    { declared },
    { tasks: [{ deadlineS: 109.9 }, { deadlineS: 110 }, {}] },
  );
  expect([0, 1, 2].map((task) => policy.decide(task, 100))).toEqual([REFUSE, ADMIT, ADMIT]);
  expect(policy.why?.(2, 100)).toEqual({ reason: 'no-deadline', numbers: { waitS: 0, serviceS: 10 } });
});

test('the margin is a factor on the predicted time', () => {
  const policy = make(
    deadlineFeasibility,
    { declared, margin: 1.5 },
    { tasks: [{ deadlineS: 14 }, { deadlineS: 15 }] },
  );
  expect([0, 1].map((task) => policy.decide(task, 0))).toEqual([REFUSE, ADMIT]);
});

/** Teaches the policy what services last, by completing task 0 (which has no deadline) so often. */
function teach(policy: AdmissionPolicy, stage: number, servicesS: readonly number[]): void {
  for (const serviceS of servicesS) {
    policy.decide(0, 0);
    policy.onServiceEnd?.(0, stage, serviceS, false, 0);
    policy.onAttemptEnd?.(0, 'completed', 0);
  }
}

const tasksWithDeadlines = (...deadlinesS: number[]) => [
  {},
  ...deadlinesS.map((deadlineS) => ({ deadlineS })),
];

test('the wait is that of M/M/c: (queue length + 1) mean services over the GPUs, where all are busy', () => {
  const system: FakeSystem = {
    tasks: tasksWithDeadlines(11.9, 12),
    queued: [7],
    pools: [{ name: 'gpu', units: 4, taken: 4 }],
  };
  const policy = make(deadlineFeasibility, {}, system);
  teach(policy, 0, [2, 6]);
  // (7 + 1) x 4 / 4 = 8 s of wait and 4 s of service.
  expect([1, 2].map((task) => policy.decide(task, 0))).toEqual([REFUSE, ADMIT]);
  expect(policy.why?.(2, 0)).toEqual({
    reason: 'feasible',
    numbers: { waitS: 8, serviceS: 4, untilDeadlineS: 12 },
  });
});

test('services that failed do not tell how long one lasts', () => {
  const policy = make(deadlineFeasibility, {}, { tasks: [{}], queued: [3] });
  teach(policy, 0, [4]);
  policy.onServiceEnd?.(0, 0, 100, true, 0);
  policy.decide(0, 0);
  expect(policy.why?.(0, 0).numbers?.waitS).toBe(12);
});

test('with a GPU free, nobody has to end first', () => {
  const system: FakeSystem = {
    tasks: tasksWithDeadlines(4),
    queued: [0],
    pools: [{ name: 'gpu', units: 4, taken: 3 }],
  };
  const policy = make(deadlineFeasibility, {}, system);
  teach(policy, 0, [4]);
  expect(policy.decide(1, 0)).toBe(ADMIT);
});

test('gangs count by their GPUs: four queued services of 2 GPUs for 3 s on 8 GPUs are 3 s of wait', () => {
  const policy = make(
    deadlineFeasibility,
    {},
    { tasks: [{ gpus: 2 }], queued: [4], pools: [{ name: 'gpu', units: 8 }] },
  );
  teach(policy, 0, [3]);
  policy.decide(0, 0);
  expect(policy.why?.(0, 0).numbers).toEqual({ waitS: 3, serviceS: 3 });
});

test('every pool on the way counts once, with the queues of all its stages; others do not', () => {
  const policy = make(
    deadlineFeasibility,
    { declared },
    {
      tasks: [{}],
      workloads: ['chat'],
      stages: ['plan', 'act', 'other', 'web', 'elsewhere'],
      route: [[0, 1, 3, 0]],
      poolOf: [0, 1, 0, -1, 2],
      queued: [1, 2, 3, 50, 50],
      pools: [
        { name: 'a', units: 1 },
        { name: 'b', units: 2 },
        { name: 'c', units: 1 },
      ],
    },
  );
  for (const [stage, serviceS] of [5, 7, 11, 100, 100].entries())
    policy.onServiceEnd?.(0, stage, serviceS, false, 0);
  policy.decide(0, 0);
  // Pool a: 1 x 5 + 3 x 11; pool b: 2 x 7 over two GPUs.
  expect(policy.why?.(0, 0).numbers).toEqual({ waitS: 38 + 7, serviceS: 10 });
});

test('the service is that of all steps of an attempt, calls included; cut-short attempts teach nothing', () => {
  const policy = make(
    deadlineFeasibility,
    { declared },
    { tasks: [{}], stages: ['model', 'web'], poolOf: [0, -1] },
  );
  policy.decide(0, 0);
  policy.onServiceEnd?.(0, 0, 2, false, 2);
  policy.onAttemptEnd?.(0, 'timed-out', 2);
  policy.decide(0, 2);
  expect(policy.why?.(0, 2).numbers?.serviceS).toBe(10);
  policy.onServiceEnd?.(0, 0, 2, false, 4);
  policy.onServiceEnd?.(0, 1, 3, false, 7);
  policy.onServiceEnd?.(0, 0, 4, false, 11);
  policy.onAttemptEnd?.(0, 'completed', 11);
  policy.decide(0, 11);
  expect(policy.why?.(0, 11).numbers?.serviceS).toBe(9);
});

test('after so many refusals one is let in, so that an estimate that is too high can be corrected', () => {
  const policy = make(
    deadlineFeasibility,
    { declared, estimator: 'rolling-quantile', probeAfter: 3 },
    { tasks: [{ deadlineS: 5 }] },
  );
  expect([1, 2, 3, 4].map(() => policy.decide(0, 0))).toEqual([REFUSE, REFUSE, REFUSE, ADMIT]);
  expect(policy.why?.(0, 0).reason).toBe('probe');
  policy.onServiceEnd?.(0, 0, 1, false, 1);
  policy.onAttemptEnd?.(0, 'completed', 1);
  expect(policy.decide(0, 1)).toBe(ADMIT);
  expect(policy.why?.(0, 1).reason).toBe('feasible');
});

test('without probes it refuses for ever', () => {
  const policy = make(deadlineFeasibility, { declared, probeAfter: 0 }, { tasks: [{ deadlineS: 5 }] });
  for (let i = 0; i < 1000; i++) expect(policy.decide(0, 0)).toBe(REFUSE);
});

test('errors of predictions are told with their sign: above 0 where tasks finish sooner than predicted', () => {
  const policy = make(
    deadlineFeasibility,
    { declared, estimator: 'declared', margin: 2 },
    { tasks: [{}, {}] },
  );
  for (const [task, endS] of [7, 15].entries()) {
    policy.decide(task, 0);
    policy.onAttemptEnd?.(task, 'completed', endS);
  }
  expect(policy.measures?.(20)).toEqual({ finish_error_mean_s: -1, finish_error_mean_abs_s: 4 });
});

test('a pool that has lost all its GPUs gives a long wait, not a number that is none', () => {
  const policy = make(
    deadlineFeasibility,
    { declared },
    { tasks: [{}], queued: [0], pools: [{ name: 'gpu', units: 0 }] },
  );
  policy.decide(0, 0);
  expect(policy.why?.(0, 0).numbers?.waitS).toBe(0);
});

test('in a run with one server and equal services, what is let in once one was seen ends in time', () => {
  const { measures, changes } = observe(
    oneStage({
      workloads: {
        w: {
          arrival: { process: 'poisson', rate: 2 },
          workflow: [{ stage: 's', work: 1 }],
          deadline: '4s',
        },
      },
      run: { tasks: 400 },
      policies: { admission: { policy: 'deadline-feasibility', declared: { w: '1s' }, probeAfter: 0 } },
    }),
  );
  const firstEndS = changes.find(({ to }) => to === 'completed')!.atS;
  const late = changes.filter(({ to, atS, arrivalS }) => to === 'completed' && atS > arrivalS + 4);
  expect(late.filter(({ arrivalS }) => arrivalS > firstEndS)).toEqual([]);
  expect(measures.total.rejected).toBeGreaterThan(100);
  // Nothing stands idle for fear of being late: the server works nearly all the time.
  expect(measures.pools.p!.utilisation.busy).toBeGreaterThan(0.9);
});

test('the workloads that are declared must exist', () => {
  const parameters = deadlineFeasibility.parameters.parse({ declared });
  expect(deadlineFeasibility.references?.(parameters)).toEqual([
    { kind: 'workload', name: 'chat', path: ['declared', 'chat'] },
  ]);
});
