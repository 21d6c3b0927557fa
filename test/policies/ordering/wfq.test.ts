import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wfq } from '../../../src/policies/ordering/wfq.js';
import { LANE_BY_TENANT, LANE_BY_WORKLOAD } from '../../../src/policies/points.js';
import { make } from '../make.js';
import { type Job, serveOn, worstUnfairness } from './fair-server.js';

const TENANTS = ['a', 'b', 'c'];

const job = (tenant: number, stepWorkS = 1, queuedAtS = 0): Job => ({
  tenant,
  stepWorkS,
  remainingWorkS: stepWorkS,
  queuedAtS,
  arrivalS: queuedAtS,
});

const tenantsServed = (parameters: Record<string, unknown>, jobs: readonly Job[], servers = 1): string =>
  serveOn(make(wfq, parameters, { tasks: jobs, tenants: TENANTS }), jobs, servers)
    .map(({ task }) => TENANTS[jobs[task]!.tenant])
    .join('');

const times = (count: number, tenant: number, workS = 1): Job[] =>
  Array.from({ length: count }, () => job(tenant, workS));

test('a flood of one tenant does not delay the others: they alternate', () => {
  expect(tenantsServed({}, [...times(6, 0), ...times(3, 1)])).toBe('abababaaa');
});

test('a tenant of weight 2 starts two tasks for one of weight 1', () => {
  // Start tags: a 0, 1, 2, 3; b 0, 1/2, 1, 3/2, 2, 5/2, ...; of equal tags a, which stands first.
  const jobs = [...times(4, 0), ...times(8, 1)];
  expect(tenantsServed({ weights: { b: 2 } }, jobs)).toBe('abbabbabbabb');
});

test('it is the cost that is shared: one task of 4 s against four of 1 s', () => {
  // Start tags: a 0, 4; b 0, 1, 2, 3, 4, 5, 6, 7.
  expect(tenantsServed({}, [...times(2, 0, 4), ...times(8, 1)])).toBe('abbbbabbbb');
  expect(tenantsServed({ cost: 'request' }, [...times(2, 0, 4), ...times(4, 1)])).toBe('ababbb');
});

test('GPU-time counts every GPU; tokens count prompt and output', () => {
  const wide = (): Job => ({ ...job(0), gpus: 4, promptTokens: 300, outputTokens: 100 });
  const narrow = (): Job => ({ ...job(1), gpus: 1, promptTokens: 0, outputTokens: 100 });
  const jobs = () => [wide(), wide(), ...Array.from({ length: 8 }, narrow)];
  expect(tenantsServed({ cost: 'gpu-time' }, jobs())).toBe('abbbbabbbb');
  expect(tenantsServed({ cost: 'tokens' }, jobs())).toBe('abbbbabbbb');
  expect(tenantsServed({ cost: 'time' }, jobs())).toBe('ababbbbbbb');
});

test('who was away has saved nothing up, and who was alone has nothing to pay back', () => {
  const alone = times(10, 0);
  const later = [job(0, 1, 9.5), job(0, 1, 9.5), job(1, 1, 9.5), job(1, 1, 9.5)];
  // The task in service at 9.5 s has the start tag 9: b 9, 10; a 10, 11.
  expect(tenantsServed({}, [...alone, ...later])).toBe(`${'a'.repeat(10)}baba`);
});

test('an idle period makes all equal: the first to come is the first served', () => {
  // Without it a would stand behind b at 20 s by the finish tag of its task before.
  expect(tenantsServed({}, [job(0, 8), job(0, 1, 20), job(1, 1, 20)])).toBe('aab');
});

test('a task that is stopped early is charged for the time it had, and the rest when it goes on', () => {
  const tasks = [job(0, 10), job(1, 4), job(1, 1)];
  const order = make(wfq, {}, { tasks, tenants: TENANTS });
  order.onStart?.(0, 0, 0);
  expect(order.why?.(0, 0)).toEqual({
    reason: 'smallest-start-tag',
    numbers: { startTag: 0, finishTag: 10, weight: 1 },
  });
  order.onStop?.(0, 0, 3);
  tasks[0]!.remainingWorkS = 7;
  order.onStart?.(1, 0, 3);
  order.onServiceEnd?.(1, 0, 4, false, 7);
  order.onStop?.(1, 0, 7);
  // a has had 3 s, b 4 s. Charged for all of its 10 s, a would stand behind b.
  expect(order.choose?.([2, 0], 2, 7)).toBe(1);
  order.onStart?.(0, 0, 7);
  expect(order.why?.(0, 7).numbers).toEqual({ startTag: 3, finishTag: 10, weight: 1 });
});

test('a service that ended regularly costs what it was charged, however long it took', () => {
  const tasks = [job(0, 10), job(0, 1), job(1, 8), job(1, 1)];
  const order = make(wfq, {}, { tasks, tenants: TENANTS });
  // A fast server: half the time. a has the finish tag 10, b 8.
  order.onStart?.(0, 0, 0);
  order.onServiceEnd?.(0, 0, 5, false, 5);
  order.onStop?.(0, 0, 5);
  order.onStart?.(2, 0, 5);
  order.onServiceEnd?.(2, 0, 4, false, 9);
  order.onStop?.(2, 0, 9);
  expect(order.choose?.([1, 3], 2, 9)).toBe(1);
});

test.each(['tokens', 'request'])(
  'by %s, an interrupted task gives back the part that it has not had',
  (cost) => {
    const tasks = [
      { ...job(0, 10), promptTokens: 100 },
      { ...job(1, 10), promptTokens: 100 },
    ];
    const order = make(wfq, { cost }, { tasks, tenants: TENANTS });
    const whole = cost === 'tokens' ? 100 : 1;
    order.onStart?.(0, 0, 0);
    expect(order.why?.(0, 0).numbers?.finishTag).toBe(whole);
    order.onServiceEnd?.(0, 0, 4, true, 4);
    order.onStop?.(0, 0, 4);
    expect(order.why?.(0, 4).numbers?.finishTag).toBeCloseTo(whole * 0.4, 12);
  },
);

test('choosing changes nothing', () => {
  const tasks = [job(0), job(1)];
  const order = make(wfq, {}, { tasks, tenants: TENANTS });
  for (let i = 0; i < 3; i++) expect(order.choose?.([0, 1], 2, 0)).toBe(0);
});

const backlog = fc.record({
  weights: fc.tuple(fc.constantFrom(1, 2, 4), fc.constantFrom(1, 2, 4), fc.constantFrom(0.5, 1, 8)),
  sizes: fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 16 })), { minLength: 6, maxLength: 40 }),
  servers: fc.integer({ min: 1, max: 4 }),
});

test('while all wait, what tenants start differs from their shares by at most one task each', () => {
  // Theorem 1 of the paper: |W_a/r_a - W_b/r_b| <= l_a/r_a + l_b/r_b over any interval, l the largest task.
  fc.assert(
    fc.property(backlog, ({ weights, sizes, servers }) => {
      const jobs = sizes.map(([tenant, workS]) => job(tenant, workS));
      fc.pre(new Set(jobs.map(({ tenant }) => tenant)).size === 3);
      const byName = Object.fromEntries(TENANTS.map((name, i) => [name, weights[i]!]));
      const order = make(wfq, { weights: byName }, { tasks: jobs, tenants: TENANTS });
      const starts = serveOn(order, jobs, servers);
      const largest = TENANTS.map((_, i) =>
        Math.max(...jobs.filter(({ tenant }) => tenant === i).map(({ stepWorkS }) => stepWorkS)),
      );
      const allowed = (a: number, b: number) => largest[a]! / weights[a]! + largest[b]! / weights[b]!;
      expect(
        worstUnfairness(starts, jobs, weights, ({ stepWorkS }) => stepWorkS, allowed),
      ).toBeLessThanOrEqual(1e-9);
    }),
  );
});

/** The paper's algorithm to the letter: tags are given as tasks arrive. */
function taggedAtArrival(jobs: readonly Job[], weights: readonly number[], servers: number): number[] {
  const finish = weights.map(() => 0);
  const waiting: { readonly task: number; readonly tag: number }[] = [];
  const endsS: number[] = [];
  const order: number[] = [];
  let [v, largest, nowS, arrived, lastEndS] = [0, 0, 0, 0, 0];
  while (order.length < jobs.length) {
    while (arrived < jobs.length && jobs[arrived]!.queuedAtS <= nowS) {
      const { tenant, stepWorkS } = jobs[arrived]!;
      if (endsS.length === 0 && waiting.length === 0 && nowS > lastEndS) v = largest;
      const tag = Math.max(v, finish[tenant]!);
      finish[tenant] = tag + stepWorkS / weights[tenant]!;
      waiting.push({ task: arrived++, tag });
    }
    while (endsS.length < servers && waiting.length > 0) {
      // Arrivals are in order, and so are tasks with the same tag.
      const first = waiting.reduce((best, one) => (one.tag < best.tag ? one : best));
      waiting.splice(waiting.indexOf(first), 1);
      const { tenant, stepWorkS } = jobs[first.task]!;
      v = first.tag;
      largest = Math.max(largest, first.tag + stepWorkS / weights[tenant]!);
      endsS.push(nowS + stepWorkS);
      order.push(first.task);
    }
    const nextEndS = Math.min(...endsS);
    const nextArrivalS = jobs[arrived]?.queuedAtS ?? Number.POSITIVE_INFINITY;
    nowS = Math.min(nextEndS, nextArrivalS);
    if (nextEndS <= nextArrivalS) {
      endsS.splice(endsS.indexOf(nextEndS), 1);
      if (endsS.length === 0) lastEndS = nowS;
    }
  }
  return order;
}

test('it serves as the paper does, which tags tasks as they arrive', () => {
  const arrivals = fc.record({
    weights: fc.tuple(fc.constantFrom(1, 2, 4), fc.constantFrom(1, 2, 4), fc.constantFrom(0.5, 1, 8)),
    // Halves of seconds and weights of powers of 2: all tags are exact. No two arrive at the same time.
    steps: fc.array(
      fc.record({
        gapS: fc.integer({ min: 1, max: 12 }).map((n) => n / 2),
        tenant: fc.nat(2),
        workS: fc.integer({ min: 1, max: 8 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    servers: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(arrivals, ({ weights, steps, servers }) => {
      let nowS = 0;
      const jobs = steps.map(({ gapS, tenant, workS }) => {
        nowS += gapS;
        return job(tenant, workS, nowS);
      });
      const byName = Object.fromEntries(TENANTS.map((name, i) => [name, weights[i]!]));
      const order = make(wfq, { weights: byName }, { tasks: jobs, tenants: TENANTS });
      expect(serveOn(order, jobs, servers).map(({ task }) => task)).toEqual(
        taggedAtArrival(jobs, weights, servers),
      );
    }),
  );
});

test('flows are tenants or workloads, whose names the scenario must have', () => {
  expect(make(wfq).lanes).toBe(LANE_BY_TENANT);
  expect(make(wfq, { by: 'workload' }).lanes).toBe(LANE_BY_WORKLOAD);
  expect(wfq.references?.(wfq.parameters.parse({ by: 'workload', weights: { chat: 2 } }))).toEqual([
    { kind: 'workload', name: 'chat', path: ['weights', 'chat'] },
  ]);
});

test('a weight of 0 is refused', () => {
  expect(wfq.parameters.safeParse({ weights: { a: 0 } }).error?.issues[0]?.message).toBe(
    'expected a number above 0',
  );
});
