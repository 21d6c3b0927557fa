import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costBudget } from '../../../src/policies/admission/cost-budget.js';
import { ADMIT, HOLD, REFUSE } from '../../../src/policies/points.js';
import { observe, oneStage, times } from '../../simulation/observe.js';
import { fakeRuntime } from '../fake-runtime.js';
import type { FakeSystem } from '../fake-view.js';
import { make } from '../make.js';

function build(parameters: object, system: FakeSystem) {
  const runtime = fakeRuntime();
  return { policy: make(costBudget, { ...parameters }, system, runtime), runtime };
}

const several = (count: number, task: object = {}) => ({ tasks: Array.from({ length: count }, () => task) });

describe('tokens', () => {
  const declared = { chat: { tokens: 500 } };

  test('the estimate is charged at once, and the Retry-After is when it is refilled', () => {
    const { policy } = build({ tokens: { rate: '100/s', burst: 1000 }, declared }, several(3));
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, ADMIT, REFUSE]);
    expect(policy.retryAfterS).toBe(5);
    expect(policy.why?.(2, 0)).toEqual({
      reason: 'no-tokens',
      numbers: { tokensNeeded: 500, tokensLeft: 0, etaS: 5 },
    });
    expect(policy.decide(2, 5)).toBe(ADMIT);
  });

  test('the bucket holds a minute of the rate where its size is not given', () => {
    const { policy } = build({ tokens: { rate: '1000/min' }, declared }, several(3));
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, ADMIT, REFUSE]);
  });

  test('when the attempt ends, what it did not use is given back', () => {
    const { policy } = build(
      { tokens: { rate: '1/s', burst: 500 }, declared, estimator: 'declared' },
      several(2, { promptTokens: 100, outputTokens: 20 }),
    );
    expect(policy.decide(0, 0)).toBe(ADMIT);
    policy.onAttemptEnd?.(0, 'completed', 0);
    expect(policy.decide(1, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(120);
  });

  test('what it used beyond the estimate is charged, as a debt if need be', () => {
    const { policy } = build(
      { tokens: { rate: '100/s', burst: 600 }, declared, estimator: 'declared' },
      several(2, { promptTokens: 400, outputTokens: 1000 }),
    );
    expect(policy.decide(0, 0)).toBe(ADMIT);
    policy.onAttemptEnd?.(0, 'completed', 0);
    expect(policy.decide(1, 0)).toBe(REFUSE);
    // 600 - 1400 = -800 are there; 500 are needed.
    expect(policy.retryAfterS).toBe(13);
  });

  test('an attempt that a later policy refused has used nothing; one cut short at work, all its tokens', () => {
    const leftAfter = (end: (policy: ReturnType<typeof build>['policy']) => void) => {
      const { policy } = build(
        { tokens: { rate: '1/s', burst: 1000 }, declared },
        several(2, { promptTokens: 300, outputTokens: 100 }),
      );
      policy.decide(0, 0);
      end(policy);
      policy.decide(1, 0);
      return policy.why?.(1, 0).numbers?.tokensLeft;
    };
    expect(leftAfter((policy) => policy.onAttemptEnd?.(0, 'rejected', 0))).toBe(500);
    expect(
      leftAfter((policy) => {
        policy.onServiceEnd?.(0, 0, 2, true, 0);
        policy.onAttemptEnd?.(0, 'timed-out', 0);
      }),
    ).toBe(100);
  });

  test('an estimate over the whole budget takes all of it and the rest afterwards, so the workload goes on', () => {
    const { policy } = build(
      { tokens: { rate: '100/s', burst: 1000 }, declared: { chat: { tokens: 3000 } }, estimator: 'declared' },
      several(2, { promptTokens: 3000 }),
    );
    expect(policy.decide(0, 0)).toBe(ADMIT);
    policy.onAttemptEnd?.(0, 'completed', 0);
    expect(policy.decide(1, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(30);
    expect(policy.decide(1, 30)).toBe(ADMIT);
  });

  test('in the long run no more is spent than the burst and the rate allow, however wrong the estimates', () => {
    const attempts = fc.array(
      fc.record({ gapS: fc.integer({ min: 0, max: 8 }), tokens: fc.integer({ min: 1, max: 900 }) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(attempts, fc.integer({ min: 1, max: 400 }), (sequence, guess) => {
        const { policy } = build(
          {
            tokens: { rate: 10, burst: 400 },
            declared: { chat: { tokens: guess } },
            estimator: 'declared',
          },
          { tasks: sequence.map(({ tokens }) => ({ promptTokens: tokens })) },
        );
        let nowS = 0;
        let spent = 0;
        for (const [task, { gapS, tokens }] of sequence.entries()) {
          nowS += gapS;
          if (policy.decide(task, nowS) !== ADMIT) continue;
          // Before it was let in its estimate was there, so only this one can be over.
          expect(spent + guess).toBeLessThanOrEqual(400 + 10 * nowS + 1e-6);
          policy.onAttemptEnd?.(task, 'completed', nowS);
          spent += tokens;
        }
        expect(policy.measures?.(nowS).tokens_spent).toBeCloseTo(spent, 6);
      }),
    );
  });
});

describe('held budgets', () => {
  test('slots: as many attempts as there are slots, told when the first should be over', () => {
    const { policy } = build({ slots: 2, declared: { chat: { hold: '30s' } } }, several(4));
    expect([policy.decide(0, 0), policy.decide(1, 10), policy.decide(2, 12)]).toEqual([ADMIT, ADMIT, REFUSE]);
    expect(policy.retryAfterS).toBe(18);
    policy.onAttemptEnd?.(1, 'completed', 14);
    expect(policy.decide(2, 14)).toBe(ADMIT);
    // Attempts have lasted 4 s so far, so the one let in at 14 s should be over at 18 s, the other at 30 s.
    expect(policy.decide(3, 15)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(3);
  });

  test('an attempt that should be over already is expected to end at any moment', () => {
    const { policy } = build({ slots: 1, declared: { chat: { hold: '30s' } } }, several(2));
    policy.decide(0, 0);
    expect(policy.decide(1, 100)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(0);
  });

  test('the copy of a hedged task that is completed frees what its first copy took', () => {
    const { policy } = build(
      { slots: 1, gpuSeconds: { rate: 1, burst: 100 } },
      { tasks: [{ serial: 7 }, { serial: 7.5 }, { serial: 8 }] },
    );
    expect(policy.decide(0, 0)).toBe(ADMIT);
    policy.onServiceEnd?.(0, 0, 9, true, 9);
    policy.onServiceEnd?.(1, 0, 5, false, 9);
    policy.onAttemptEnd?.(1, 'completed', 9);
    expect(policy.measures?.(9)).toMatchObject({ slots_held_mean: 1, gpu_seconds_spent: 14 });
    expect(policy.decide(2, 9)).toBe(ADMIT);
  });

  test('what a later policy refused at once says nothing about how long attempts last', () => {
    const { policy } = build({ slots: 1, declared: { chat: { hold: '30s' } } }, several(3));
    policy.decide(0, 0);
    policy.onAttemptEnd?.(0, 'rejected', 0);
    policy.decide(1, 0);
    expect(policy.decide(2, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(30);
  });

  test('a workload that declares several slots takes them at once', () => {
    const { policy } = build(
      { slots: 4, declared: { agent: { slots: 3 } } },
      { tasks: [{ workload: 1 }, { workload: 1 }, { workload: 0 }], workloads: ['chat', 'agent'] },
    );
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, REFUSE, ADMIT]);
  });

  test('memory: by what attempts of the workload have held so far', () => {
    const { policy } = build({ memory: '80GB' }, several(4, { memoryBytes: 30e9 }));
    policy.decide(0, 0);
    policy.onAttemptEnd?.(0, 'completed', 1);
    expect([1, 2, 3].map((task) => policy.decide(task, 2))).toEqual([ADMIT, ADMIT, REFUSE]);
    expect(policy.why?.(3, 2)).toMatchObject({
      reason: 'no-memory',
      numbers: { memoryBytesNeeded: 30e9, memoryBytesLeft: 20e9 },
    });
  });

  test('GPU-seconds are learnt from services at pools, times their GPUs; calls of services cost none', () => {
    const { policy } = build(
      { gpuSecondsInFlight: 100, estimator: 'class-mean' },
      { ...several(4, { gpus: 4 }), stages: ['model', 'web'], poolOf: [0, -1] },
    );
    policy.decide(0, 0);
    policy.onServiceEnd?.(0, 0, 5, false, 5);
    policy.onServiceEnd?.(0, 1, 50, false, 55);
    policy.onServiceEnd?.(0, 0, 10, false, 65);
    policy.onAttemptEnd?.(0, 'completed', 65);
    expect([1, 2].map((task) => policy.decide(task, 70))).toEqual([ADMIT, REFUSE]);
    expect(policy.why?.(2, 70)).toMatchObject({
      reason: 'no-gpu-seconds-in-flight',
      numbers: { gpuSecondsInFlightNeeded: 60, gpuSecondsInFlightLeft: 40 },
    });
  });

  test('a refilled budget of GPU-seconds pays for what was really used', () => {
    const { policy } = build(
      { gpuSeconds: { rate: 2, burst: 10 }, estimator: 'class-mean', declared: { chat: { gpuSeconds: 4 } } },
      several(2),
    );
    policy.decide(0, 0);
    policy.onServiceEnd?.(0, 0, 9, false, 0);
    policy.onAttemptEnd?.(0, 'completed', 0);
    // One of the 10 is left and 9 is now the mean.
    expect(policy.decide(1, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(4);
  });

  test('all budgets must have room, and a refusal takes from none', () => {
    const { policy } = build(
      {
        slots: 1,
        tokens: { rate: '1/s', burst: 100 },
        declared: { chat: { tokens: 50, hold: '1s' } },
        estimator: 'declared',
      },
      several(3, { promptTokens: 50 }),
    );
    expect([policy.decide(0, 0), policy.decide(1, 0), policy.decide(1, 0)]).toEqual([ADMIT, REFUSE, REFUSE]);
    policy.onAttemptEnd?.(0, 'completed', 0);
    expect(policy.decide(2, 0)).toBe(ADMIT);
  });
});

describe('queue', () => {
  test('first come, first served: a small one does not pass a large one that waits', () => {
    const { policy, runtime } = build(
      { slots: 3, whenFull: 'queue', declared: { agent: { slots: 3 } } },
      {
        tasks: [{ workload: 0 }, { workload: 1 }, { workload: 0 }],
        workloads: ['chat', 'agent'],
      },
    );
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, HOLD, HOLD]);
    expect(policy.why?.(2, 0).numbers).toMatchObject({ position: 2 });
    policy.onAttemptEnd?.(0, 'completed', 5);
    expect(runtime.done).toEqual(['letIn 1']);
    policy.onAttemptEnd?.(1, 'completed', 9);
    expect(runtime.done).toEqual(['letIn 1', 'letIn 2']);
  });

  test('tokens: each is let in when its own are there, which is the ETA it was told', () => {
    const { policy, runtime } = build(
      { tokens: { rate: 10, burst: 100 }, whenFull: 'queue', declared: { chat: { tokens: 100 } } },
      several(3),
    );
    const etaS = [0, 1, 2].map((task) => {
      policy.decide(task, 0);
      return policy.why?.(task, 0).numbers?.etaS;
    });
    expect(etaS).toEqual([undefined, 10, 20]);
    runtime.advanceTo(9.9);
    expect(runtime.done).toEqual([]);
    runtime.advanceTo(10);
    expect(runtime.done).toEqual(['letIn 1']);
    runtime.advanceTo(20);
    expect(runtime.done).toEqual(['letIn 1', 'letIn 2']);
    expect(policy.measures?.(20)).toMatchObject({
      waited: 2,
      queue_max: 2,
      eta_error_mean_s: 0,
      eta_error_mean_abs_s: 0,
    });
  });

  test('tokens: those ahead count by what attempts have used of their estimates, oneself in full', () => {
    const { policy } = build(
      {
        tokens: { rate: 10, burst: 100 },
        whenFull: 'queue',
        declared: { chat: { tokens: 100 } },
        estimator: 'declared',
      },
      several(4, { promptTokens: 40 }),
    );
    policy.decide(0, 0);
    policy.onAttemptEnd?.(0, 'completed', 0);
    // 60 are left; the first needs 40 more, and then those behind it expect each one ahead to keep 40 of its 100.
    const etaS = [1, 2, 3].map((task) => {
      policy.decide(task, 0);
      return policy.why?.(task, 0).numbers?.etaS;
    });
    expect(etaS).toEqual([4, 8, 12]);
  });

  test('slots: where attempts last what they always last, ETAs are right for any length of queue', () => {
    const slots = 3;
    const holdS = 12;
    const { policy, runtime } = build(
      { slots, whenFull: 'queue', declared: { chat: { hold: `${holdS}s` } } },
      several(14),
    );
    // Seconds 0, 1 and 2; then everything else at second 4. Each slot is free again every 12 s.
    for (let task = 0; task < slots; task++) policy.decide(task, task);
    const etaS: (number | undefined)[] = [];
    for (let task = slots; task < 14; task++) {
      expect(policy.decide(task, 4)).toBe(HOLD);
      etaS.push(policy.why?.(task, 4).numbers?.etaS);
    }
    expect(etaS.slice(0, 7)).toEqual([8, 9, 10, 20, 21, 22, 32]);
    const running = new Map([0, 1, 2].map((task) => [task, task + holdS]));
    let seen = 0;
    for (let nowS = 5; nowS < 80; nowS++) {
      runtime.advanceTo(nowS);
      for (const [task, endS] of running)
        if (endS === nowS) {
          running.delete(task);
          policy.onAttemptEnd?.(task, 'completed', nowS);
        }
      for (; seen < runtime.done.length; seen++)
        running.set(Number(runtime.done[seen]!.split(' ')[1]), nowS + holdS);
    }
    expect(policy.measures?.(80)).toMatchObject({ waited: 11, eta_error_mean_abs_s: 0 });
  });

  test('errors of ETAs are told with their sign: who waits longer than it was told counts below 0', () => {
    const { policy } = build(
      { slots: 1, whenFull: 'queue', declared: { chat: { hold: '10s' } } },
      several(2),
    );
    policy.decide(0, 0);
    policy.decide(1, 0);
    policy.onAttemptEnd?.(0, 'completed', 25);
    expect(policy.why?.(1, 25)).toEqual({
      reason: 'let-in',
      numbers: { slotsNeeded: 1, slotsLeft: 0, etaS: 10, waitedS: 25 },
    });
    expect(policy.measures?.(25)).toMatchObject({ eta_error_mean_s: -15, eta_error_mean_abs_s: 15 });
  });

  test('a queue has room for as many as it is told, and refuses with the time it would have taken', () => {
    const { policy } = build(
      { slots: 1, whenFull: 'queue', maxQueue: 1, declared: { chat: { hold: '10s' } } },
      several(3),
    );
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, HOLD, REFUSE]);
    expect(policy.retryAfterS).toBe(20);
    expect(policy.why?.(2, 0).reason).toBe('queue-full');
  });

  test('who leaves the queue by itself makes way for those behind', () => {
    const { policy, runtime } = build(
      { slots: 2, whenFull: 'queue', declared: { agent: { slots: 2 } } },
      { tasks: [{ workload: 0 }, { workload: 1 }, { workload: 0 }], workloads: ['chat', 'agent'] },
    );
    for (const task of [0, 1, 2]) policy.decide(task, 0);
    policy.forget?.(1);
    runtime.advanceTo(0);
    expect(runtime.done).toEqual(['letIn 2']);
    expect(policy.decide(1, 1)).toBe(HOLD);
  });

  test('who was let in and refused further on at once frees its place for the next', () => {
    const { policy, runtime } = build({ slots: 1, whenFull: 'queue' }, several(3));
    for (const task of [0, 1, 2]) policy.decide(task, 0);
    const letIn = runtime.letIn;
    runtime.letIn = (task) => {
      letIn(task);
      if (task === 1) policy.onAttemptEnd?.(task, 'rejected', 3);
    };
    policy.onAttemptEnd?.(0, 'completed', 3);
    expect(runtime.done).toEqual(['letIn 1', 'letIn 2']);
  });

  test('whatever comes, goes and takes: nobody is let in twice, held slots fit, and nobody is left behind', () => {
    const events = fc.array(
      fc.record({
        kind: fc.constantFrom('arrive', 'arrive', 'end', 'leave', 'wait'),
        workload: fc.nat(1),
        pick: fc.nat(100),
      }),
      { minLength: 5, maxLength: 60 },
    );
    const slotsOf = [1, 2] as const;
    fc.assert(
      fc.property(events, fc.constantFrom('queue', 'shed'), (sequence, whenFull) => {
        const { policy, runtime } = build(
          {
            slots: 3,
            tokens: { rate: 1, burst: 5 },
            whenFull,
            ...(whenFull === 'shed' ? { maxQueue: 3 } : {}),
            declared: { chat: { tokens: 1, slots: 1 }, agent: { tokens: 3, slots: 2 } },
            estimator: 'declared',
          },
          {
            tasks: sequence.map(({ workload, pick }) => ({
              workload,
              promptTokens: 2,
              valueUsd: pick % 4,
            })),
            workloads: ['chat', 'agent'],
          },
        );
        const inside = new Set<number>();
        const waiting = new Set<number>();
        let seen = 0;
        let nowS = 0;
        const listen = () => {
          for (; seen < runtime.done.length; seen++) {
            const [what, number] = runtime.done[seen]!.split(' ');
            expect(waiting.delete(Number(number))).toBe(true);
            if (what === 'letIn') inside.add(Number(number));
          }
          const held = [...inside].reduce((sum, task) => sum + slotsOf[sequence[task]!.workload]!, 0);
          expect(held).toBeLessThanOrEqual(3);
        };
        const endOne = (task: number | undefined) => {
          if (task === undefined) return;
          inside.delete(task);
          policy.onAttemptEnd?.(task, 'completed', nowS);
        };
        for (const [task, { kind, pick }] of sequence.entries()) {
          if (kind === 'arrive') {
            const answer = policy.decide(task, nowS);
            if (answer === ADMIT) inside.add(task);
            if (answer === HOLD) waiting.add(task);
          } else if (kind === 'end') endOne([...inside][pick % Math.max(1, inside.size)]);
          else if (kind === 'leave') {
            const leaver = [...waiting][pick % Math.max(1, waiting.size)];
            if (leaver !== undefined) {
              waiting.delete(leaver);
              policy.forget?.(leaver);
            }
          } else nowS += pick / 25;
          runtime.advanceTo(nowS);
          listen();
        }
        for (let i = 0; i < 500 && waiting.size + inside.size > 0; i++) {
          endOne([...inside][0]);
          nowS += 10;
          runtime.advanceTo(nowS);
          listen();
        }
        expect(waiting.size).toBe(0);
      }),
    );
  });
});

/** One stage with two slots; what is let in never waits there, so admission's queue is the stage's. */
const twoSlots = (policies: object, service: object | number) =>
  oneStage({
    pools: { p: { slotsPerGpu: 2 } },
    workloads: {
      w: { arrival: { process: 'poisson', rate: 1 }, workflow: [{ stage: 's', work: service }] },
    },
    run: { tasks: 200 },
    policies,
  });

describe('in whole runs', () => {
  const slots = { policy: 'cost-budget', slots: 2, whenFull: 'queue' };

  test('as many slots as servers: the queue has only moved, so every task ends when it did without', () => {
    const service = { dist: 'exponential', mean: 1.8 };
    const without = observe(twoSlots({}, service));
    const withPolicy = observe(twoSlots({ admission: slots }, service));
    expect(times(withPolicy, 'completed')).toEqual(times(without, 'completed'));
    expect(withPolicy.measures.stages.s!.max_queue_length).toBe(0);
  });

  test('where all attempts last the same, ETAs are right from the second attempt on', () => {
    const { measures } = observe(twoSlots({ admission: { ...slots, declared: { w: { hold: 1.8 } } } }, 1.8));
    const figures = measures.policies['admission/cost-budget'];
    expect(figures!.waited).toBeGreaterThan(50);
    expect(figures!.eta_error_mean_abs_s).toBeCloseTo(0, 9);
  });

  test('hedged tasks leave nothing held, whichever copy is first', () => {
    const { measures, run } = observe(
      twoSlots(
        { admission: { ...slots, slots: 8 }, retry: { policy: 'hedge', after: '1s', maxFraction: 1 } },
        { dist: 'exponential', mean: 1 },
      ),
    );
    expect(measures.total.hedges).toBeGreaterThan(20);
    expect(measures.total.completed).toBe(200);
    expect(run.state.tasks.size).toBe(0);
  });

  test('GPU-seconds that are spent are those of the pool, within the budget', () => {
    const budget = { policy: 'cost-budget', gpuSeconds: { rate: 0.5, burst: 5 }, estimator: 'class-mean' };
    const { measures, endS, run } = observe(
      twoSlots({ admission: budget }, { dist: 'exponential', mean: 1.8 }),
    );
    const figures = measures.policies['admission/cost-budget'];
    expect(measures.total.rejected).toBeGreaterThan(50);
    expect(run.state.tasks.size).toBe(0);
    expect(figures!.gpu_seconds_spent).toBeCloseTo(measures.pools.p!.utilisation.busy * 2 * endS, 6);
    // Estimates lag behind the truth by the attempts in flight: a few services more than the budget.
    expect(figures!.gpu_seconds_spent!).toBeLessThan(5 + 0.5 * endS + 10);
  });
});

describe('shed', () => {
  const system = {
    tasks: [{ valueUsd: 9 }, { valueUsd: 5 }, { valueUsd: 2 }, { valueUsd: 4 }, { valueUsd: 1 }],
  };
  const parameters = { slots: 1, whenFull: 'shed', maxQueue: 2, declared: { chat: { hold: '10s' } } };

  test('when the queue is full, the one worth the least is turned away, the newcomer included', () => {
    const { policy, runtime } = build(parameters, system);
    expect([0, 1, 2, 3, 4].map((task) => policy.decide(task, 0))).toEqual([ADMIT, HOLD, HOLD, HOLD, REFUSE]);
    expect(policy.why?.(4, 0).reason).toBe('least-valuable');
    runtime.advanceTo(0);
    expect(runtime.done).toEqual(['turnAway 2']);
    expect(policy.measures?.(0)).toMatchObject({ pushed_out: 1, queue_max: 2 });
  });

  test('who is turned away is told the rest of the wait it had been told', () => {
    const { policy, runtime } = build(parameters, system);
    for (const task of [0, 1, 2]) policy.decide(task, 0);
    runtime.advanceTo(4);
    policy.decide(3, 4);
    let toldS = Number.NaN;
    runtime.turnAway = (task) => {
      toldS = policy.retryAfterS;
      expect(policy.why?.(task, 4)).toMatchObject({
        reason: 'least-valuable',
        numbers: { etaS: 20, waitedS: 4 },
      });
    };
    runtime.advanceTo(4);
    // Third in line at 0 s: 20 s, of which 4 s are over.
    expect(toldS).toBe(16);
  });

  test('who is pushed out is turned away at once, though the one who stays waits for its tokens', () => {
    const { policy, runtime } = build(
      {
        tokens: { rate: 1, burst: 100 },
        whenFull: 'shed',
        maxQueue: 1,
        declared: { chat: { tokens: 100 } },
      },
      { tasks: [{}, { valueUsd: 1 }, { valueUsd: 2 }] },
    );
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, HOLD, HOLD]);
    runtime.advanceTo(0);
    expect(runtime.done).toEqual(['turnAway 1']);
    runtime.advanceTo(100);
    expect(runtime.done).toEqual(['turnAway 1', 'letIn 2']);
  });

  test('who has left by itself meanwhile is not turned away', () => {
    const { policy, runtime } = build(parameters, system);
    for (const task of [0, 1, 2, 3]) policy.decide(task, 0);
    policy.forget?.(2);
    runtime.advanceTo(0);
    expect(runtime.done).toEqual([]);
  });

  test('worth is value over the largest share of a budget: a cheap task outlasts a dear one', () => {
    const { policy, runtime } = build(
      {
        slots: 8,
        tokens: { rate: 1, burst: 1000 },
        whenFull: 'shed',
        maxQueue: 1,
        declared: { chat: { tokens: 100 }, agent: { slots: 8, tokens: 100 } },
        estimator: 'declared',
      },
      {
        tasks: [
          { workload: 1, valueUsd: 1 },
          { workload: 1, valueUsd: 6 },
          { workload: 0, valueUsd: 1 },
        ],
        workloads: ['chat', 'agent'],
      },
    );
    // 6 over all of the slots is less than 1 over an eighth of them.
    expect([0, 1, 2].map((task) => policy.decide(task, 0))).toEqual([ADMIT, HOLD, HOLD]);
    runtime.advanceTo(0);
    expect(runtime.done).toEqual(['turnAway 1']);
  });

  test('of tasks worth the same the newcomer is refused', () => {
    const { policy } = build(parameters, several(4));
    expect([0, 1, 2, 3].map((task) => policy.decide(task, 0))).toEqual([ADMIT, HOLD, HOLD, REFUSE]);
  });
});

test('errors of estimates are those of the sums: over all that was used, signed and by size', () => {
  const { policy } = build(
    { tokens: { rate: 100 }, declared: { chat: { tokens: 150 } }, estimator: 'declared' },
    { tasks: [{ promptTokens: 100 }, { promptTokens: 200 }, { promptTokens: 600 }] },
  );
  for (const task of [0, 1, 2]) policy.decide(task, 0);
  policy.onAttemptEnd?.(0, 'completed', 1);
  policy.onAttemptEnd?.(1, 'completed', 1);
  // Cut short before any work: says nothing about what it would have taken.
  policy.onAttemptEnd?.(2, 'cancelled', 1);
  expect(policy.measures?.(1)).toMatchObject({
    // 300 were estimated of two that took 300, one 50 too high and one 50 too low.
    estimate_error_tokens_mean: 0,
    estimate_error_tokens_mean_abs: 1 / 3,
  });
});

describe('parameters', () => {
  const errorsOf = (parameters: object) =>
    costBudget.parameters.safeParse(parameters).error?.issues.map(({ message }) => message);

  test('what contradicts itself is refused', () => {
    expect(errorsOf({})).toEqual([
      'expected at least one budget: tokens, gpuSeconds, gpuSecondsInFlight, slots, memory',
    ]);
    expect(errorsOf({ slots: 1, maxQueue: 3 })).toEqual([
      '`maxQueue` needs whenFull queue or shed: with reject nothing waits',
    ]);
    expect(errorsOf({ slots: 1, whenFull: 'shed' })).toEqual([
      'whenFull shed needs `maxQueue`: it turns away what is over it',
    ]);
    expect(errorsOf({ gpuSecondsInFlight: 9, estimator: 'declared' })).toEqual([
      'estimator declared needs gpuSeconds of some workload, or its budget limits nothing',
    ]);
    expect(errorsOf({ slots: 1, estimator: 'declared' })).toBeUndefined();
  });

  test('the workloads that are declared must exist', () => {
    const parameters = costBudget.parameters.parse({ slots: 1, declared: { chat: {} } });
    expect(costBudget.references?.(parameters)).toEqual([
      { kind: 'workload', name: 'chat', path: ['declared', 'chat'] },
    ]);
  });
});
