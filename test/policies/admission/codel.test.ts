import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CoDelQueue, codel, TimedOutQueue } from '../../../src/policies/admission/codel.js';
import { ADMIT, type AdmissionPolicy } from '../../../src/policies/points.js';
import { observe, oneStage } from '../../simulation/observe.js';
import type { FakeTask } from '../fake-view.js';
import { make } from '../make.js';

const TARGET_S = 0.005;
const INTERVAL_S = 0.1;

/** One task is served every millisecond, with a long queue behind; the times of drops, in milliseconds. */
function dropsMs(queue: CoDelQueue, fromMs: number, toMs: number, waitS: number): number[] {
  const drops: number[] = [];
  for (let ms = fromMs; ms <= toMs; ms++)
    while (queue.drop(ms / 1000 - waitS, 100, ms / 1000)) drops.push(ms);
  return drops;
}

/**
 * By hand from the pseudocode of RFC 8289, section 5.3: above from 0, so first at 100; then 100 + 100 = 200,
 * 200 + 100/sqrt(2) = 270.71, + 100/sqrt(3) = 328.45, + 50 = 378.45, + 44.72 = 423.17, + 40.82 = 463.99,
 * + 37.80 = 501.79, each at the next whole millisecond.
 */
const SCHEDULE_MS = [100, 200, 271, 329, 379, 424, 464, 502];

describe('the control law of RFC 8289', () => {
  test('drops follow at interval/sqrt(n)', () => {
    expect(dropsMs(new CoDelQueue(TARGET_S, INTERVAL_S), 0, 502, 0.02)).toEqual(SCHEDULE_MS);
  });

  test('nothing is dropped while waits are below the target', () => {
    expect(dropsMs(new CoDelQueue(TARGET_S, INTERVAL_S), 0, 2000, 0.0049)).toEqual([]);
  });

  test('a burst that is worked off within the interval loses nothing: one short wait begins it anew', () => {
    const queue = new CoDelQueue(TARGET_S, INTERVAL_S);
    expect(dropsMs(queue, 0, 99, 0.02)).toEqual([]);
    expect(dropsMs(queue, 100, 100, 0.001)).toEqual([]);
    expect(dropsMs(queue, 101, 200, 0.02)).toEqual([]);
    expect(dropsMs(queue, 201, 201, 0.02)).toEqual([201]);
  });

  test('a short wait ends the drops at once', () => {
    const queue = new CoDelQueue(TARGET_S, INTERVAL_S);
    dropsMs(queue, 0, 270, 0.02);
    expect(dropsMs(queue, 271, 271, 0.001)).toEqual([]);
    expect(dropsMs(queue, 272, 371, 0.02)).toEqual([]);
  });

  /** After the eighth drop (n = 8, of which 7 since the first) the ninth is due at 501.79 + 100/sqrt(8) = 537.14. */
  test.each([
    // 604 + 100/sqrt(7) = 641.80, + 100/sqrt(8) = 677.15
    ['soon after', 504, [604, 642, 678]],
    // 2137 is less than 16 intervals after 537.14: + 37.80 = 2174.80, + 35.36 = 2210.15
    ['just soon enough after', 2037, [2137, 2175, 2211]],
    // 2138 is more: back to n = 1, 2238, + 100/sqrt(2) = 2308.71
    ['too late after', 2038, [2138, 2238, 2309]],
  ])('an episode that begins %s another takes up its pace, or not', (_, aboveFromMs, expected) => {
    const queue = new CoDelQueue(TARGET_S, INTERVAL_S);
    dropsMs(queue, 0, 502, 0.02);
    dropsMs(queue, 503, aboveFromMs - 1, 0.001);
    expect(dropsMs(queue, aboveFromMs, expected.at(-1)!, 0.02)).toEqual(expected);
  });

  test('the last two tasks of a queue are spared, however long they waited', () => {
    const queue = new CoDelQueue(TARGET_S, INTERVAL_S);
    for (let ms = 0; ms < 500; ms++) expect(queue.drop(0, 1, 1 + ms / 1000)).toBe(false);
    for (let ms = 500; ms < 600; ms++) expect(queue.drop(0, 2, 1 + ms / 1000)).toBe(false);
    expect(queue.drop(0, 2, 1.6)).toBe(true);
  });
});

/** The dequeue of RFC 8289 as it stands there: a loop over a queue of its own, of arrival times in milliseconds. */
class RfcQueue {
  readonly waiting: number[] = [];
  private firstAbove = 0;
  private dropNext = 0;
  private count = 0;
  private lastCount = 0;
  private dropping = false;

  constructor(
    private readonly target: number,
    private readonly interval: number,
  ) {}

  /** Arrival times of what was dropped, and of what goes out. */
  dequeue(now: number): { dropped: number[]; sent: number | undefined } {
    const dropped: number[] = [];
    let head = this.next(now);
    if (this.dropping) {
      if (!head.okToDrop) this.dropping = false;
      while (now >= this.dropNext && this.dropping) {
        dropped.push(head.packet!);
        this.count++;
        head = this.next(now);
        if (head.okToDrop) this.dropNext += this.interval / Math.sqrt(this.count);
        else this.dropping = false;
      }
    } else if (head.okToDrop) {
      dropped.push(head.packet!);
      head = this.next(now);
      this.dropping = true;
      const delta = this.count - this.lastCount;
      this.count = delta > 1 && now - this.dropNext < 16 * this.interval ? delta : 1;
      this.dropNext = now + this.interval / Math.sqrt(this.count);
      this.lastCount = this.count;
    }
    return { dropped, sent: head.packet };
  }

  private next(now: number): { packet: number | undefined; okToDrop: boolean } {
    const packet = this.waiting.shift();
    if (packet === undefined || now - packet < this.target || this.waiting.length <= 1) {
      this.firstAbove = 0;
      return { packet, okToDrop: false };
    }
    if (this.firstAbove === 0) {
      this.firstAbove = now + this.interval;
      return { packet, okToDrop: false };
    }
    return { packet, okToDrop: now >= this.firstAbove };
  }
}

test('asked task by task it drops what the loop of RFC 8289 drops', () => {
  // Phases of arrivals and departures at their own gaps: queues build up, are worked off and run empty.
  const phase = fc.record({
    arrivalGap: fc.integer({ min: 1, max: 12 }),
    departureGap: fc.integer({ min: 1, max: 12 }),
    lasts: fc.integer({ min: 20, max: 400 }),
  });
  let drops = 0;
  fc.assert(
    fc.property(
      fc.array(phase, { minLength: 2, maxLength: 8 }),
      fc.integer({ min: 5, max: 30 }),
      (phases, interval) => {
        const theirs = new RfcQueue(4, interval);
        const ours = new CoDelQueue(4, interval);
        const waiting: number[] = [];
        let now = 1;
        for (const { arrivalGap, departureGap, lasts } of phases) {
          for (const end = now + lasts; now < end; now++) {
            if (now % arrivalGap === 0) {
              if (waiting.length === 0) ours.noteEmpty();
              waiting.push(now);
              theirs.waiting.push(now);
            }
            if (now % departureGap !== 0) continue;
            const dropped: number[] = [];
            while (waiting.length > 0 && ours.drop(waiting[0]!, waiting.length - 1, now))
              dropped.push(waiting.shift()!);
            expect({ dropped, sent: waiting.shift() }).toEqual(theirs.dequeue(now));
            drops += dropped.length;
          }
        }
      },
    ),
  );
  expect(drops).toBeGreaterThan(100);
});

describe('the server variant', () => {
  /** Joined at `queuedAtS`, in a queue that was last empty at `emptyAtS`: the longest wait that is not dropped. */
  const longestWaitMs = (emptyAtS: number, queuedAtS: number): number => {
    const queue = new TimedOutQueue(TARGET_S, INTERVAL_S);
    queue.noteEmpty(emptyAtS);
    let ms = 0;
    while (ms < 1000 && !queue.drop(queuedAtS, 9, queuedAtS + (ms + 0.5) / 1000)) ms++;
    return ms;
  };

  test('who came within the interval after the queue was empty may wait for the interval, others for the target', () => {
    expect(longestWaitMs(5, 5)).toBe(100);
    expect(longestWaitMs(5, 5.099)).toBe(100);
    expect(longestWaitMs(5, 5.101)).toBe(5);
    expect(longestWaitMs(5, 60)).toBe(5);
  });

  test('the last of a queue is dropped as any other', () => {
    const queue = new TimedOutQueue(TARGET_S, INTERVAL_S);
    queue.noteEmpty(0);
    expect(queue.drop(10, 0, 10.006)).toBe(true);
  });
});

describe('as an admission policy', () => {
  /** A policy whose view follows these rows and lengths as they change. */
  function policyOn(
    tasks: readonly FakeTask[],
    queued: readonly number[],
    parameters: Readonly<Record<string, unknown>> = {},
  ): AdmissionPolicy {
    return make(codel, parameters, { tasks, queued, stages: ['model', 'tools'] });
  }

  test('lets everybody in at the gates of all stages, or of those it names', () => {
    const policy = policyOn([{}], [50, 50]);
    expect(policy.gates).toEqual([0, 1]);
    expect(policy.decide(0, 3, 0)).toBe(ADMIT);
    expect(policyOn([{}], [0, 0], { stages: ['tools'] }).gates).toEqual([1]);
  });

  test('each stage has a queue and a clock of its own', () => {
    const policy = policyOn([{ queuedAtS: 0 }], [50, 50]);
    expect(policy.drop?.(0, 0, 1)).toBe(false);
    expect(policy.drop?.(0, 1, 1.05)).toBe(false);
    expect(policy.drop?.(0, 0, 1.1)).toBe(true);
    expect(policy.drop?.(0, 1, 1.1)).toBe(false);
    expect(policy.drop?.(0, 1, 1.16)).toBe(true);
    expect(policy.measures?.(2)).toEqual({ dropped: 2 });
    policy.beginMeasuring?.(2);
    expect(policy.measures?.(2)).toEqual({ dropped: 0 });
  });

  test('the task that is asked for is not behind itself', () => {
    const policy = policyOn([{ queuedAtS: 0 }], [2, 3]);
    for (const stage of [0, 1]) policy.drop?.(0, stage, 1);
    expect([0, 1].map((stage) => policy.drop?.(0, stage, 2))).toEqual([false, true]);
  });

  test('a task that finds the queue empty ends what was long: the next overload has its interval again', () => {
    const queued = [50, 0];
    const policy = policyOn([{ queuedAtS: 0 }], queued);
    policy.drop?.(0, 0, 1);
    queued[0] = 0;
    policy.decide(0, 1.05, 0);
    queued[0] = 50;
    expect(policy.drop?.(0, 0, 1.2)).toBe(false);
    expect(policy.drop?.(0, 0, 1.3)).toBe(true);
  });

  test('the server variant notes at the gate when the queue was empty', () => {
    const queued = [0, 0];
    const policy = policyOn([{ queuedAtS: 10.05 }, { queuedAtS: 10.2 }], queued, {
      variant: 'controlled-delay-server',
    });
    policy.decide(0, 10, 0);
    queued[0] = 5;
    policy.decide(0, 10.05, 0);
    policy.decide(1, 10.2, 0);
    expect(policy.drop?.(0, 0, 10.14)).toBe(false);
    expect(policy.why?.(0, 10.14).reason).toBe('in-time');
    expect(policy.drop?.(1, 0, 10.21)).toBe(true);
    expect(policy.why?.(1, 10.21)).toMatchObject({
      reason: 'waited-too-long',
      numbers: { timeoutS: 0.005 },
    });
  });

  test('tells why', () => {
    const policy = policyOn([{ queuedAtS: 0 }], [50, 50]);
    policy.decide(0, 0, 0);
    expect(policy.why?.(0, 0)).toEqual({ reason: 'judged-when-served' });
    policy.drop?.(0, 0, 1);
    expect(policy.why?.(0, 1)).toEqual({ reason: 'no-standing-queue', numbers: { waitS: 1 } });
    policy.drop?.(0, 0, 2);
    expect(policy.why?.(0, 2)).toEqual({ reason: 'standing-queue', numbers: { waitS: 2, drops: 1 } });
  });

  test('a target above the interval and an empty list of stages are refused; names are checked before the run', () => {
    expect(codel.parameters.safeParse({ target: '200ms' }).error?.issues[0]?.message).toMatch(
      /at most `interval`/,
    );
    expect(codel.parameters.safeParse({ stages: [] }).error?.issues[0]?.message).toMatch(
      /leave `stages` out/,
    );
    expect(codel.references?.(codel.parameters.parse({ stages: ['model', 'nowhere'] }))).toEqual([
      { kind: 'stage', name: 'model', path: ['stages', 0] },
      { kind: 'stage', name: 'nowhere', path: ['stages', 1] },
    ]);
  });
});

describe('in a run', () => {
  /** Twice as many tasks as the server can do, for 100 s, and then none. */
  const runWith = (admission: object | string) =>
    observe(
      oneStage({
        run: { seed: 7 },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
        policies: { admission },
      }),
      { rows: { w: Array.from({ length: 2000 }, (_, i) => ({ at: i * 0.05, work: 0.1 })) } },
    ).measures;

  test('every drop is a refusal, and whoever is not dropped is completed', () => {
    const { total, policies } = runWith({ policy: 'codel', target: '500ms', interval: '5s' });
    expect(total.rejected).toBe(policies['admission/codel']?.dropped);
    expect(total.rejected).toBeGreaterThan(100);
    expect(total.completed + total.rejected).toBe(2000);
  });

  test('the server variant keeps waits within the interval, and within the target while the queue stands', () => {
    const { total } = runWith({
      policy: 'codel',
      target: '500ms',
      interval: '5s',
      variant: 'controlled-delay-server',
    });
    expect(total.latency_s.max).toBeLessThanOrEqual(5.1 + 1e-9);
    expect(total.latency_s.p50).toBeLessThanOrEqual(0.6 * 1.005);
    expect(runWith('accept-all').total.latency_s.p50).toBeGreaterThan(40);
  });
});
