/** Tasks that an admission policy keeps before the system until it lets them in or turns them away. */
import { describe, expect, test } from 'vitest';
import { ADMIT, type AdmissionPolicy, HOLD, REFUSE } from '../../src/policies/points.js';
import type { PolicyChoice } from '../../src/policies/policy-set.js';
import type { PolicyRuntime } from '../../src/policies/runtime.js';
import type { SystemView } from '../../src/policies/view.js';
import { observe, oneStage, story, times } from './observe.js';
import { own } from './own.js';

const server = (workload: object = {}, policies: object = {}) =>
  oneStage({
    workloads: { w: { ...workload, workflow: [{ stage: 's', work: 3 }] } },
    policies,
  });

type Rest = Pick<AdmissionPolicy, 'decide'> & Partial<AdmissionPolicy>;

const admission = (create: (view: SystemView, runtime: PolicyRuntime) => Rest): PolicyChoice =>
  own('admission', (view, runtime) => ({ retryAfterS: 0, ...create(view, runtime) }));

/** So many in the system at a time; the others are held, first come, first served. */
const places = (count: number, log: string[] = []): PolicyChoice =>
  admission(({ tasks, workloadNames }, { letIn, nowS }) => {
    const note = (task: number, what: string) =>
      log.push(`${workloadNames[tasks.workload(task)]!}/${tasks.serial(task)} ${what}@${nowS()}`);
    const held: number[] = [];
    let inside = 0;
    return {
      decide: (task) => {
        if (inside < count) {
          inside++;
          return ADMIT;
        }
        held.push(task);
        return HOLD;
      },
      onAttemptEnd: (task, outcome) => {
        note(task, outcome);
        if (outcome !== 'completed') return;
        inside--;
        const next = held.shift();
        if (next === undefined) return;
        inside++;
        letIn(next);
      },
      forget: (task) => {
        note(task, 'forgotten');
        held.splice(held.indexOf(task), 1);
      },
    };
  });

/** Holds everybody for so long, and then decides. */
const afterwards = (inS: number, isLetIn: boolean, retryAfterS = 0): PolicyChoice =>
  admission((_view, runtime) => ({
    retryAfterS,
    decide: (task) => {
      runtime.after(inS, () => (isLetIn ? runtime.letIn(task) : runtime.turnAway(task)));
      return HOLD;
    },
  }));

describe('a task on hold', () => {
  test('goes on when a timer lets it in, and has waited at admission until then', () => {
    const run = observe(server(), { rows: { w: [{ at: 1 }] }, own: [afterwards(5, true)] });
    expect(story(run, 'w/0')).toEqual(['ready@6', 'in-progress@6', 'completed@9']);
    expect(run.measures.workloads.w!.phases.admission_s!.mean).toBe(5);
    expect(run.measures.workloads.w!.latency_s.mean).toBe(8);
  });

  test('goes on when the end of another lets it in, in the same instant', () => {
    const run = observe(server(), { rows: { w: [{ at: 0 }, { at: 1 }, { at: 1 }] }, own: [places(1)] });
    expect(times(run, 'ready')).toEqual(['w/0@0', 'w/1@3', 'w/2@6']);
    expect(times(run, 'completed')).toEqual(['w/0@3', 'w/1@6', 'w/2@9']);
    // It was never in the stage's queue meanwhile.
    expect(run.measures.stages.s!.wait_s.max).toBe(0);
  });

  test('goes on at once where the policy lets it in before it has even answered', () => {
    const eager = admission((_view, { letIn }) => ({
      decide: (task) => {
        letIn(task);
        return HOLD;
      },
    }));
    const run = observe(server(), { rows: { w: [{ at: 2 }] }, own: [eager] });
    expect(story(run, 'w/0')).toEqual(['ready@2', 'in-progress@2', 'completed@5']);
  });

  test('is refused when it is turned away, with the hint for its client, and is asked again after the back-off', () => {
    const run = observe(
      server({}, { retry: { policy: 'fixed', delay: 1, on: ['rejected'], maxAttempts: 2 } }),
      {
        rows: { w: [{ at: 0 }] },
        own: [afterwards(2, false, 4)],
      },
    );
    expect(story(run, 'w/0')).toEqual(['rejected@2', 'retried@2', 'queued@6', 'rejected@8']);
    expect(run.measures.total).toMatchObject({ refusals: 2, retries: 1, rejected: 1 });
  });

  test('is answered once: later answers, and answers about tasks that are not held, change nothing', () => {
    const insistent = admission((_view, runtime) => ({
      decide: (task) => {
        for (const inS of [1, 2, 3.5])
          runtime.after(inS, () => {
            runtime.letIn(task);
            runtime.turnAway(task);
            runtime.letIn(task);
          });
        return HOLD;
      },
    }));
    const run = observe(server(), { rows: { w: [{ at: 0 }, { at: 0 }] }, own: [insistent] });
    expect(times(run, 'completed')).toEqual(['w/0@4', 'w/1@7']);
    expect(run.measures.total).toMatchObject({ refusals: 0, completed: 2 });
  });

  test('that nobody ever answers is left over, which is told', () => {
    const run = observe(server(), {
      rows: { w: [{ at: 0 }, { at: 1 }] },
      own: [admission(({ tasks }) => ({ decide: (task) => (tasks.serial(task) === 0 ? HOLD : ADMIT) }))],
    });
    expect(run.measures).toMatchObject({ stuck_tasks: 1, total: { arrived: 2, completed: 1 } });
  });
});

describe('a task on hold that leaves by itself is forgotten', () => {
  test.each([
    ['out of patience', { patience: 1.5 }, {}, 'timed-out'],
    ['at its time-out', { timeout: 1.5 }, {}, 'timed-out'],
    ['dropped at its deadline', { deadline: 1.5 }, { deadlines: 'drop' }, 'cancelled'],
  ])('%s', (_, workload, policies, end) => {
    // The only place is taken from 0 to 3; who has come at 1 is gone at 2.5, and at 3 nobody is there to be let in.
    const log: string[] = [];
    const workflow = [{ stage: 's', work: 3 }];
    const run = observe(
      oneStage({ workloads: { first: { workflow }, w: { ...workload, workflow } }, policies }),
      {
        rows: { first: [{ at: 0 }], w: [{ at: 1 }] },
        own: [places(1, log)],
      },
    );
    expect(log).toEqual(['w/0 forgotten@2.5', `w/0 ${end}@2.5`, 'first/0 completed@3']);
    expect(story(run, 'w/0')).toEqual([`${end}@2.5`]);
    expect(run.endS).toBe(3);
  });
});

test('a time-out on hold, tried again: the chain begins anew', () => {
  const log: string[] = [];
  const porter = admission(({ tasks }, runtime) => ({
    decide: (task, nowS) => {
      log.push(`${tasks.sent(task)}@${nowS}`);
      if (tasks.sent(task) === 1) return HOLD;
      runtime.after(1, () => runtime.letIn(task));
      return HOLD;
    },
    forget: (task) => log.push(`forgotten ${tasks.sent(task)}`),
  }));
  const run = observe(server({ timeout: 5 }, { retry: { policy: 'fixed', delay: 2, on: ['timed-out'] } }), {
    rows: { w: [{ at: 0 }] },
    own: [porter],
  });
  expect(log).toEqual(['1@0', 'forgotten 1', '2@7']);
  expect(story(run, 'w/0')).toEqual([
    'timed-out@5',
    'retried@5',
    'queued@7',
    'ready@8',
    'in-progress@8',
    'completed@11',
  ]);
});

describe('a chain of admission policies', () => {
  /** Notes when it is asked. */
  const asked = (log: string[], name: string, answer: number) =>
    admission(() => ({
      decide: (_task, nowS) => {
        log.push(`${name}@${nowS}`);
        return answer;
      },
    }));

  test('goes on behind a wait and behind a hold, and asks nobody twice', () => {
    const log: string[] = [];
    const run = observe(server(), {
      rows: { w: [{ at: 0 }] },
      own: [
        asked(log, 'first', ADMIT),
        asked(log, 'second', 2),
        afterwards(5, true),
        asked(log, 'last', ADMIT),
      ],
    });
    expect(log).toEqual(['first@0', 'second@0', 'last@7']);
    expect(story(run, 'w/0')).toEqual(['ready@7', 'in-progress@7', 'completed@10']);
    expect(run.measures.workloads.w!.phases.admission_s!.mean).toBe(7);
  });

  test('a refusal behind a wait ends it there', () => {
    const log: string[] = [];
    const run = observe(server(), {
      rows: { w: [{ at: 0 }] },
      own: [asked(log, 'first', 2), asked(log, 'second', REFUSE), asked(log, 'third', ADMIT)],
    });
    expect(log).toEqual(['first@0', 'second@2']);
    expect(story(run, 'w/0')).toEqual(['rejected@2']);
  });

  test('patience runs out during a wait, which nobody serves to its end then', () => {
    const log: string[] = [];
    const run = observe(server({ patience: 1.5 }), {
      rows: { w: [{ at: 0 }] },
      own: [asked(log, 'first', 2), asked(log, 'second', ADMIT)],
    });
    expect(log).toEqual(['first@0']);
    expect(story(run, 'w/0')).toEqual(['timed-out@1.5']);
    expect(run.endS).toBe(1.5);
  });

  test('the end of what a client sent is told to policies that were not even asked', () => {
    const log: string[] = [];
    const watcher = admission(({ tasks }) => ({
      decide: () => ADMIT,
      onAttemptEnd: (task, outcome, nowS) => log.push(`${tasks.sentAtS(task)} ${outcome}@${nowS}`),
    }));
    const scenario = server({}, { retry: { policy: 'fixed', delay: 1, on: ['rejected'], maxAttempts: 2 } });
    observe(scenario, { rows: { w: [{ at: 0 }] }, own: [asked([], 'first', REFUSE), watcher] });
    expect(log).toEqual(['0 rejected@0', '1 rejected@1']);
  });
});
