/** Call-backs of policies: when they come, in which order, and what they may do. */
import { describe, expect, test } from 'vitest';
import { ADMIT, HOLD, type WipLimit } from '../../src/policies/points.js';
import type { PolicyChoice } from '../../src/policies/policy-set.js';
import type { PolicyRuntime } from '../../src/policies/runtime.js';
import { observe, oneStage, times } from './observe.js';
import { own, QUIET } from './own.js';

const server = () => oneStage({ workloads: { w: { workflow: [{ stage: 's', work: 3 }] } } });
const rows = (...atS: number[]) => ({ w: atS.map((at) => ({ at })) });

/** Does something as the run begins. */
const from0 = (act: (runtime: PolicyRuntime) => void): PolicyChoice =>
  own('backpressure', (_view, runtime) => {
    act(runtime);
    return QUIET;
  });

/** Calls back again and again. */
const ticking = (everyS: number, noted: number[] = []): PolicyChoice =>
  from0((runtime) => {
    const again = () => {
      noted.push(runtime.nowS());
      runtime.after(everyS, again);
    };
    runtime.after(everyS, again);
  });

describe('call-backs', () => {
  test('come at their times, and those of one time in the order in which they were asked for', () => {
    const log: string[] = [];
    observe(server(), {
      rows: rows(0),
      own: [
        from0((runtime) => {
          const note = (name: string) => () => log.push(`${name}@${runtime.nowS()}`);
          runtime.after(2, note('a'));
          runtime.after(1, note('b'));
          runtime.after(2, note('c'));
          runtime.after(0, note('d'));
          runtime.after(1, () => {
            note('e')();
            runtime.after(1, note('f'));
            runtime.after(0, note('g'));
          });
        }),
      ],
    });
    expect(log).toEqual(['d@0', 'b@1', 'e@1', 'g@1', 'a@2', 'c@2', 'f@2']);
  });

  test('come among the other events of their time in that order as well', () => {
    // Asked for before the service begins: first. Asked for at 1, while its end at 3 is already known: after it.
    const log: string[] = [];
    observe(server(), {
      rows: rows(0, 10),
      own: [
        own('backpressure', (view, runtime) => {
          const note = () => log.push(`${view.inProgress(0)} at work@${runtime.nowS()}`);
          runtime.after(3, note);
          runtime.after(1, () => void runtime.after(2, note));
          return QUIET;
        }),
      ],
    });
    expect(log).toEqual(['1 at work@3', '0 at work@3']);
  });

  test('that are cancelled do not come; what has come or never was may be cancelled too', () => {
    const log: string[] = [];
    observe(server(), {
      rows: rows(0),
      own: [
        from0((runtime) => {
          const note = (name: string) => runtime.after(1, () => void log.push(name));
          runtime.cancel(note('never'));
          const first = runtime.after(1, () => {
            log.push('first');
            runtime.cancel(first);
            runtime.cancel(second);
          });
          const second = note('second');
          note('third');
          runtime.after(2, () => {
            runtime.cancel(first);
            runtime.cancel(12345);
            runtime.cancel(
              runtime.after(Number.POSITIVE_INFINITY, () => void log.push('at the end of time')),
            );
            log.push('last');
          });
        }),
      ],
    });
    expect(log).toEqual(['first', 'third', 'last']);
  });

  test.each([-1, Number.NaN])('in %d s are refused', (inS) => {
    const asking = from0((runtime) => void runtime.after(inS, () => {}));
    expect(() => observe(server(), { rows: rows(0), own: [asking] })).toThrow(
      'a policy asked for a call-back',
    );
  });

  test('wake tasks that wait for nothing but a changed answer', () => {
    const shut = own('wip', (_view, runtime): WipLimit => {
      let isOpen = false;
      runtime.after(5, () => {
        isOpen = true;
        runtime.wake();
      });
      return { holds: 'stage', lanes: 0, mayStart: () => isOpen, started: () => {}, stopped: () => {} };
    });
    const run = observe(server(), { rows: rows(0, 1), own: [shut] });
    expect(times(run, 'in-progress')).toEqual(['w/0@5', 'w/1@8']);
  });
});

describe('call-backs alone', () => {
  test('do not keep a run alive whose tasks are done', () => {
    const noted: number[] = [];
    const run = observe(server(), { rows: rows(0, 10), own: [ticking(2, noted)] });
    expect(run.endS).toBe(13);
    // While there is something to come they go on, through the pause from 3 to 10 too.
    expect(noted).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test('do not keep a run alive whose tasks will never move, which is told', () => {
    const keeper = own('admission', () => ({ retryAfterS: 0, decide: () => HOLD }));
    const run = observe(server(), { rows: rows(0), own: [keeper, ticking(0.5)] });
    expect(run.measures).toMatchObject({ stuck_tasks: 1, total: { completed: 0 } });
  });

  test('may move such a task, however late', () => {
    const late = own('admission', (_view, runtime) => ({
      retryAfterS: 0,
      decide: (task) => {
        runtime.after(5000, () => runtime.letIn(task));
        return HOLD;
      },
    }));
    const run = observe(server(), { rows: rows(0), own: [late] });
    expect(run.measures).toMatchObject({ stuck_tasks: 0, total: { completed: 1 } });
    expect(run.endS).toBe(5003);
  });

  test('do not change when a run of a given length ends', () => {
    const scenario = { ...server(), run: { duration: 20, drain: false } };
    expect(observe(scenario, { rows: rows(0), own: [ticking(7)] }).endS).toBe(20);
  });
});

test.each([
  ['shed a task', (runtime: PolicyRuntime) => runtime.shed(0)],
  ['degrade a task', (runtime: PolicyRuntime) => void runtime.degrade(0)],
  ['preempt', (runtime: PolicyRuntime) => void runtime.preemptFor(0)],
  ['scale a pool', (runtime: PolicyRuntime) => runtime.scale(0, 1)],
])('a policy may %s in a call-back, and not in the middle of a decision', (what, act) => {
  const rash = own('admission', (_view, runtime) => ({
    retryAfterS: 0,
    decide: () => {
      act(runtime);
      return ADMIT;
    },
  }));
  expect(() => observe(server(), { rows: rows(0), own: [rash] })).toThrow(
    `a policy may ${what} only in a call-back of runtime.after`,
  );
});

test('what a call-back does to a task that does not wait in a queue is nothing', () => {
  const run = observe(server(), {
    rows: rows(0),
    own: [
      own('backpressure', (view, runtime) => {
        const started: number[] = [];
        runtime.after(1, () => {
          for (const task of started) {
            runtime.shed(task);
            expect(runtime.degrade(task)).toBe(false);
          }
          expect(view.inProgress(0)).toBe(1);
        });
        return { ...QUIET, onStart: (task) => void started.push(task) };
      }),
    ],
  });
  expect(times(run, 'completed')).toEqual(['w/0@3']);
});
