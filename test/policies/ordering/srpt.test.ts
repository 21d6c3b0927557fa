import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sjf } from '../../../src/policies/ordering/sjf.js';
import { srpt } from '../../../src/policies/ordering/srpt.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';
import { serve } from './serve.js';

test('the least work left first, which a preempted task may have', () => {
  const tasks = [
    { stepWorkS: 5, remainingWorkS: 5 },
    { stepWorkS: 90, remainingWorkS: 4 },
    { stepWorkS: 3, remainingWorkS: 3 },
  ];
  expect(serve(make(srpt, {}, { tasks }), tasks)).toEqual([2, 1, 0]);
  expect(make(srpt).rekeys).toBe(true);
});

test('by GPU-time every second counts once a GPU', () => {
  const tasks = [
    { remainingWorkS: 2, gpus: 8 },
    { remainingWorkS: 10, gpus: 1 },
  ];
  expect(serve(make(srpt, { measure: 'gpu-time' }, { tasks }), tasks)).toEqual([1, 0]);
});

test('a large task that is thought small and has outlived its estimate stands before all others', () => {
  const tasks = [
    { stepWorkS: 100, remainingWorkS: 60 },
    { stepWorkS: 1, remainingWorkS: 1 },
  ];
  // cv 3: sigma = sqrt(ln 10); at the 5% quantile the factor is e^(-1.6449 sigma) = 0.082, so 100 s are thought 8 s.
  const runtime = fakeRuntime({ uniform: (task) => (task === 0 ? 0.05 : 0.5) });
  const order = make(srpt, { errorCv: 3 }, { tasks }, runtime);
  expect(serve(order, tasks)).toEqual([0, 1]);
  expect(order.why?.(0, 0)).toMatchObject({
    reason: 'outlived-its-estimate',
    numbers: { remainingEstimateS: 0, attainedS: 40 },
  });
  expect(serve(make(srpt, {}, { tasks }), tasks)).toEqual([1, 0]);
});

const queue = fc.array(
  fc
    .record({
      stepWorkS: fc.integer({ min: 1, max: 100 }),
      doneS: fc.nat(100),
      gpus: fc.constantFrom(1, 2, 8),
    })
    .map(({ stepWorkS, doneS, gpus }) => ({
      stepWorkS,
      remainingWorkS: Math.max(0, stepWorkS - doneS),
      gpus,
    })),
  { maxLength: 12 },
);

test('without error, whoever is served has no more left than anybody behind', () => {
  fc.assert(
    fc.property(queue, (tasks) => {
      const left = serve(make(srpt, {}, { tasks }), tasks).map((task) => tasks[task]!.remainingWorkS);
      expect(left).toEqual([...left].sort((a, b) => a - b));
    }),
  );
});

test('the error of a task is its own: it does not depend on who else waits', () => {
  fc.assert(
    fc.property(queue, fc.integer({ min: 1, max: 4 }), (tasks, errorCv) => {
      const runtime = fakeRuntime({ uniform: (task) => ((task * 37 + 11) % 101) / 101 + 0.001 });
      const system = { tasks };
      const order = make(srpt, { errorCv }, system, runtime);
      const again = make(sjf, { errorCv }, system, runtime);
      for (const task of tasks.keys()) expect(again.key(task, 0)).toBe(order.key(task, 0));
    }),
  );
});

test('a negative error is refused', () => {
  expect(srpt.parameters.safeParse({ errorCv: -1 }).error?.issues[0]?.message).toBe(
    'expected a number of at least 0',
  );
});
