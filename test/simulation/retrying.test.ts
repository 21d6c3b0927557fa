/** The chain of retry policies: who answers a failure, and who is told. */
import { describe, expect, test } from 'vitest';
import { ADMIT, type Failure, GIVE_UP, PASS, REFUSE, type RetryPolicy } from '../../src/policies/points.js';
import { observe, oneStage, story, times } from './observe.js';
import { own } from './own.js';

/** 2 s of work that always fail. */
const failing = (policies: object = {}, workload: object = {}) =>
  oneStage({
    workloads: { w: { ...workload, workflow: [{ stage: 's', work: 2, errorRate: 1 }] } },
    policies,
  });

/** Answers with the numbers given, one failure after the other, the last for good; notes what it is asked and told. */
const answering = (
  name: string,
  answers: readonly number[],
  log: string[],
  rest: Partial<RetryPolicy> = {},
) =>
  own(
    'retry',
    ({ tasks }): RetryPolicy => {
      let at = 0;
      return {
        decide: (task, _failure, nowS) => {
          log.push(`${name} asked of ${tasks.serial(task)}@${nowS}`);
          return answers[Math.min(at++, answers.length - 1)]!;
        },
        granted: (task, nowS) => log.push(`${name} granted ${tasks.serial(task)}@${nowS}`),
        ...rest,
      };
    },
    name,
  );

describe('the first that does not pass decides', () => {
  test('one grants: those before it are told, in order, and those behind it are not asked', () => {
    const log: string[] = [];
    const run = observe(failing(), {
      rows: { w: [{ at: 0 }] },
      own: [
        answering('first', [PASS], log),
        answering('second', [PASS], log),
        answering('third', [3, GIVE_UP], log),
        answering('last', [1], log),
      ],
    });
    expect(log).toEqual([
      'first asked of 0@2',
      'second asked of 0@2',
      'third asked of 0@2',
      'first granted 0@2',
      'second granted 0@2',
      'first asked of 0@7',
      'second asked of 0@7',
      'third asked of 0@7',
    ]);
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@5']);
    expect(times(run, 'dead-lettered')).toEqual(['w/0@7']);
    expect(run.measures.total).toMatchObject({ failures: 2, retries: 1, dead_lettered: 1 });
  });

  test('one gives up: nobody behind it is asked, and nobody is told of a grant', () => {
    const log: string[] = [];
    const run = observe(failing(), {
      rows: { w: [{ at: 0 }] },
      own: [
        answering('first', [PASS], log),
        answering('second', [GIVE_UP], log),
        answering('last', [1], log),
      ],
    });
    expect(log).toEqual(['first asked of 0@2', 'second asked of 0@2']);
    expect(run.measures.total).toMatchObject({ retries: 0, dead_lettered: 1 });
  });

  test('all pass: the failure is final', () => {
    const log: string[] = [];
    const run = observe(failing(), {
      rows: { w: [{ at: 0 }] },
      own: [answering('first', [PASS], log), answering('second', [PASS], log)],
    });
    expect(log).toEqual(['first asked of 0@2', 'second asked of 0@2']);
    expect(times(run, 'dead-lettered')).toEqual(['w/0@2']);
  });

  test('a wait of no time is a retry at once', () => {
    const run = observe(failing(), { rows: { w: [{ at: 0 }] }, own: [answering('own', [0, GIVE_UP], [])] });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@2']);
    expect(run.measures.total.retries).toBe(1);
  });
});

describe('what a policy is told of a failure', () => {
  const noting = (failures: Omit<Failure, 'random'>[], waits: readonly number[]) =>
    own('retry', () => ({
      decide: (_task, { kind, attempt, retryAfterS, previousS }) => {
        failures.push({ kind, attempt, retryAfterS, previousS });
        return waits[failures.length - 1] ?? GIVE_UP;
      },
    }));

  test('tries of the step and of the client are counted apart, the wait before is that of any of them', () => {
    // Work from 0 to 2 fails, from 3 to 5 too; during the wait from 5 to 15 the client gives up at 8 and sends again
    // at 12; there work fails from 12 to 14, then the wait of 100 s is cut short at 20.
    const failures: Omit<Failure, 'random'>[] = [];
    const run = observe(failing({}, { timeout: 8 }), {
      rows: { w: [{ at: 0 }] },
      own: [noting(failures, [1, 10, 4, 100])],
    });
    expect(failures).toEqual([
      { kind: 'error', attempt: 1, retryAfterS: 0, previousS: 0 },
      { kind: 'error', attempt: 2, retryAfterS: 0, previousS: 1 },
      { kind: 'timed-out', attempt: 1, retryAfterS: 0, previousS: 10 },
      { kind: 'error', attempt: 1, retryAfterS: 0, previousS: 4 },
      { kind: 'timed-out', attempt: 2, retryAfterS: 0, previousS: 100 },
    ]);
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@3', 'w/0@12']);
    expect(times(run, 'timed-out')).toEqual(['w/0@8', 'w/0@20']);
    expect(run.measures.total).toMatchObject({ failures: 5, retries: 4, timed_out: 1 });
  });

  test('the hint of the policy that refused, and none for what it did not refuse', () => {
    const failures: Omit<Failure, 'random'>[] = [];
    const porter = own('admission', ({ tasks }) => ({
      retryAfterS: 6,
      decide: (task) => (tasks.sent(task) === 1 ? REFUSE : ADMIT),
    }));
    const run = observe(failing(), {
      rows: { w: [{ at: 0 }] },
      own: [porter, noting(failures, [6])],
    });
    expect(failures).toEqual([
      { kind: 'rejected', attempt: 1, retryAfterS: 6, previousS: 0 },
      { kind: 'error', attempt: 1, retryAfterS: 0, previousS: 6 },
    ]);
    expect(times(run, 'queued')).toEqual(['w/0@6']);
  });
});

describe('a token every 10 s, none of them free at 0 any more for the second task', () => {
  const limited = (retry: object) =>
    oneStage({
      workloads: { w: { workflow: [{ stage: 's', work: 1 }] } },
      policies: { admission: { policy: 'token-bucket', rate: 0.1, burst: 1 }, retry },
    });
  const rows = { w: [{ at: 0 }, { at: 2 }] };

  test('the client comes back when it was told to', () => {
    const run = observe(limited({ policy: 'fixed', delay: 1, on: ['rejected'] }), { rows });
    expect(story(run, 'w/1')).toEqual([
      'rejected@2',
      'retried@2',
      'queued@10',
      'ready@10',
      'in-progress@10',
      'completed@11',
    ]);
  });

  test('one that does not listen comes back in vain', () => {
    const retry = { policy: 'fixed', delay: 1, on: ['rejected'], honourRetryAfter: false };
    const run = observe(limited(retry), { rows });
    expect(times(run, 'rejected')).toEqual(['w/1@2', 'w/1@3', 'w/1@4']);
    expect(run.measures.total).toMatchObject({ refusals: 3, retries: 2, rejected: 1 });
  });
});

test('a retry budget before the policy that answers: once it is used up, failures are final', () => {
  // Two tokens: with one or none left there are no retries. The first failure leaves one.
  const retry = [
    { policy: 'budget', grpc: { maxTokens: 2 } },
    { policy: 'fixed', delay: 1, maxAttempts: 10 },
  ];
  const run = observe(failing({ retry }), { rows: { w: [{ at: 0 }] } });
  expect(run.measures.total).toMatchObject({ failures: 1, retries: 0, dead_lettered: 1 });
  const wider = [{ policy: 'budget', grpc: { maxTokens: 6 } }, retry[1]];
  // Six tokens: after 1 and 2 failures there are more than 3, after 3 there are not.
  expect(observe(failing({ retry: wider }), { rows: { w: [{ at: 0 }] } }).measures.total).toMatchObject({
    failures: 3,
    retries: 2,
    dead_lettered: 1,
  });
});
