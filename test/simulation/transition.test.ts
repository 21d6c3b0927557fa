import { expect, test } from 'vitest';
import { State } from '../../src/model/life-cycle.js';
import { PHASE } from '../../src/simulation/recorder.js';
import { transition } from '../../src/simulation/transition.js';
import { observe, oneStage } from './observe.js';

test('an illegal transition throws with the task’s number, the time and its history', () => {
  const message = /^task 1 cannot go from ready to completed at 2 s \(arrived at 1 s, then ready\)$/;
  let thrown: unknown;
  observe(oneStage({ workloads: { w: { workflow: [{ stage: 's', work: 2 }] } } }), {
    rows: { w: [{ at: 0 }, { at: 1 }] },
    onChange: ({ task, to }, { state }) => {
      if (task !== 'w/0' || to !== 'completed') return;
      state.tasks.forEach((row) => {
        if (state.tasks.serial(row) !== 1) return;
        try {
          transition(state, row, State.completed, PHASE.work);
        } catch (error) {
          thrown = error;
        }
      });
    },
  });
  expect(thrown).toBeInstanceOf(Error);
  expect((thrown as Error).message).toMatch(message);
});
