import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drr } from '../../../src/policies/ordering/drr.js';
import { LANE_BY_TENANT } from '../../../src/policies/points.js';
import { make } from '../make.js';
import { type Job, serveOn, worstUnfairness } from './fair-server.js';

const TENANTS = ['a', 'b', 'c', 'd'];

const job = (tenant: number, stepWorkS = 1, queuedAtS = 0): Job => ({
  tenant,
  stepWorkS,
  remainingWorkS: stepWorkS,
  queuedAtS,
});

const served = (parameters: Record<string, unknown>, jobs: readonly Job[]): string =>
  serveOn(make(drr, parameters, { tasks: jobs, tenants: TENANTS }), jobs)
    .map(({ task }) => `${TENANTS[jobs[task]!.tenant]}${jobs[task]!.stepWorkS}`)
    .join(' ');

test('the example of the paper: a quantum of 500 serves 200, not the 750 behind it, and keeps the 300 left', () => {
  // Queue 1 is that of figures 2 and 3 of the paper; the others are worked out in the same way.
  const jobs = [
    ...[200, 750, 20].map((size) => job(0, size)),
    ...[500, 500].map((size) => job(1, size)),
    ...[200, 600, 100].map((size) => job(2, size)),
    ...[50, 700, 180].map((size) => job(3, size)),
  ];
  // Round 1: a has 500, serves 200, keeps 300; b serves 500; c keeps 300; d keeps 450. Round 2: a has 800,
  // serves 750 and 20; b serves 500; c has 800, serves 600 and 100; d has 950, serves 700 and 180.
  expect(served({ quantum: 500 }, jobs)).toBe('a200 b500 c200 d50 a750 a20 b500 c600 c100 d700 d180');
});

test('a quantum far below the costs takes more rounds, not another share', () => {
  // Round by round with a quantum of 4: the counters reach 8 in round 2, 10 in round 3, 12 in round 3 and 16 in
  // round 4.
  const jobs = [job(0, 16), job(1, 10), job(2, 12), job(3, 8)];
  expect(served({ quantum: 4 }, jobs)).toBe('d8 b10 c12 a16');
});

test('a flow that has nothing waiting loses what it had left', () => {
  // a leaves 9 of its quantum of 10 at 0 s and comes back at 3 s: had it kept them, its turn would allow 12 at once.
  const jobs = [job(0, 1), job(1, 5), job(1, 5), job(0, 12, 3), job(1, 5, 3)];
  expect(served({ quantum: 10 }, jobs)).toBe('a1 b5 b5 b5 a12');
  expect(served({ quantum: 12 }, [job(0, 1), job(1, 5), job(1, 5), job(0, 12, 3), job(1, 5, 3)])).toBe(
    'a1 b5 b5 a12 b5',
  );
});

test('who had nothing waiting is visited after all others, whatever its name', () => {
  // b is served first; c comes while it is, and a after c.
  const jobs = [job(1, 4), job(2, 4, 1), job(0, 4, 2)];
  expect(served({ quantum: 4 }, jobs)).toBe('b4 c4 a4');
  expect(served({ quantum: 4 }, [job(1, 4), job(0, 4, 1), job(2, 4, 2)])).toBe('b4 a4 c4');
});

test('weights multiply the quantum', () => {
  const jobs = [...Array.from({ length: 4 }, () => job(0)), ...Array.from({ length: 8 }, () => job(1))];
  expect(served({ cost: 'request', weights: { b: 2 } }, jobs)).toBe('a1 b1 b1 a1 b1 b1 a1 b1 b1 a1 b1 b1');
});

test('choosing changes nothing, however often and for whatever heads', () => {
  const tasks = [job(0, 3), job(1, 2), job(2, 1)];
  const order = make(drr, {}, { tasks, tenants: TENANTS });
  expect(order.choose?.([0, 1, 2], 3, 0)).toBe(2);
  expect(order.choose?.([0, 1], 2, 0)).toBe(1);
  expect(order.choose?.([0], 1, 0)).toBe(0);
  expect(order.choose?.([0, 1, 2], 3, 0)).toBe(2);
  order.onStart?.(2, 0, 0);
  expect(order.why?.(2, 0)).toEqual({
    reason: 'next-in-turn',
    numbers: { visits: 1, deficitLeft: 0, cost: 1, quantum: 1 },
  });
});

test('of the heads of one tenant the first to come is meant', () => {
  const tasks = [job(0, 1, 5), job(0, 1, 2), job(1, 1, 3)];
  expect(make(drr, {}, { tasks, tenants: TENANTS }).choose?.([0, 1, 2], 3, 9)).toBe(1);
});

test('a task that is stopped early gives back what it has not used', () => {
  const tasks = [job(0, 8), job(1, 8), job(0, 6)];
  const order = make(drr, { quantum: 8 }, { tasks, tenants: TENANTS });
  order.choose?.([0, 1], 2, 0);
  order.onStart?.(0, 0, 0);
  order.onStop?.(0, 0, 2);
  tasks[0]!.remainingWorkS = 6;
  // 6 of the quantum of 8 are back: a goes on within its turn.
  expect(order.choose?.([0, 1], 2, 2)).toBe(0);
  order.onStart?.(0, 0, 2);
  expect(order.why?.(0, 2).reason).toBe('within-its-turn');
});

/** The paper's loop, one visit at a time, with its ActiveList. */
function visitByVisit(jobs: readonly Job[], quanta: readonly number[]): number[] {
  const deficits = quanta.map(() => 0);
  const queues = quanta.map((): number[] => []);
  const active: number[] = [];
  const order: number[] = [];
  let [arrived, nowS] = [0, 0];
  const enqueue = () => {
    while (arrived < jobs.length && jobs[arrived]!.queuedAtS <= nowS) {
      const flow = jobs[arrived]!.tenant;
      queues[flow]!.push(arrived++);
      if (active.includes(flow)) continue;
      active.push(flow);
      deficits[flow] = 0;
    }
  };
  while (order.length < jobs.length) {
    enqueue();
    const flow = active[0];
    if (flow === undefined) {
      nowS = jobs[arrived]!.queuedAtS;
      continue;
    }
    const queue = queues[flow]!;
    deficits[flow]! += quanta[flow]!;
    let isActive = true;
    while (isActive && deficits[flow]! >= jobs[queue[0]!]!.stepWorkS) {
      const task = queue.shift()!;
      order.push(task);
      deficits[flow]! -= jobs[task]!.stepWorkS;
      // Its last task gone, the flow is not active; what comes while the task is served finds it so.
      isActive = queue.length > 0;
      if (!isActive) active.shift();
      nowS += jobs[task]!.stepWorkS;
      enqueue();
    }
    if (isActive) active.push(active.shift()!);
  }
  return order;
}

const workS = fc.integer({ min: 1, max: 16 });

test('working the visits out at once gives what visiting one by one gives', () => {
  const arrivals = fc.record({
    quantum: fc.constantFrom(0.5, 1, 3, 10, 40),
    weights: fc.tuple(...TENANTS.map(() => fc.constantFrom(0.5, 1, 2))),
    steps: fc.array(fc.record({ gapS: fc.nat(12), tenant: fc.nat(3), workS }), {
      minLength: 1,
      maxLength: 40,
    }),
  });
  fc.assert(
    fc.property(arrivals, ({ quantum, weights, steps }) => {
      let nowS = 0;
      const jobs = steps.map(({ gapS, tenant, workS: size }) => {
        nowS += gapS;
        return job(tenant, size, nowS);
      });
      // Of those that come at the same instant the policy takes the first by name.
      jobs.sort((one, other) => one.queuedAtS - other.queuedAtS || one.tenant - other.tenant);
      const byName = Object.fromEntries(TENANTS.map((name, i) => [name, weights[i]!]));
      const order = make(drr, { quantum, weights: byName }, { tasks: jobs, tenants: TENANTS });
      const quanta = weights.map((weight) => weight * quantum);
      expect(serveOn(order, jobs).map(({ task }) => task)).toEqual(visitByVisit(jobs, quanta));
    }),
  );
});

test('while all wait, two tenants differ by at most a quantum and one task each', () => {
  // In m visits a flow is served m quanta, less what its counter gained, which is below its largest task; the numbers
  // of visits of two flows differ by at most 1.
  const backlog = fc.record({
    quantum: fc.constantFrom(1, 4, 20),
    weights: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2), fc.constantFrom(0.5, 4)),
    sizes: fc.array(fc.tuple(fc.nat(2), workS), { minLength: 6, maxLength: 40 }),
    servers: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(backlog, ({ quantum, weights, sizes, servers }) => {
      const jobs = sizes.map(([tenant, size]) => job(tenant, size));
      fc.pre(new Set(jobs.map(({ tenant }) => tenant)).size === 3);
      const byName = Object.fromEntries(weights.map((weight, i) => [TENANTS[i]!, weight]));
      const order = make(drr, { quantum, weights: byName }, { tasks: jobs, tenants: TENANTS });
      const largest = weights.map((_, i) =>
        Math.max(...jobs.filter(({ tenant }) => tenant === i).map(({ stepWorkS }) => stepWorkS)),
      );
      const allowed = (a: number, b: number) =>
        quantum + largest[a]! / weights[a]! + largest[b]! / weights[b]!;
      const starts = serveOn(order, jobs, servers);
      expect(
        worstUnfairness(starts, jobs, weights, ({ stepWorkS }) => stepWorkS, allowed),
      ).toBeLessThanOrEqual(1e-9);
    }),
  );
});

test('a quantum of 0 is refused; tenants are told apart and named to the scenario', () => {
  expect(drr.parameters.safeParse({ quantum: 0 }).error?.issues[0]?.message).toBe(
    'expected a number above 0',
  );
  expect(make(drr).lanes).toBe(LANE_BY_TENANT);
  expect(drr.references?.(drr.parameters.parse({ weights: { a: 2 } }))).toEqual([
    { kind: 'tenant', name: 'a', path: ['weights', 'a'] },
  ]);
});
