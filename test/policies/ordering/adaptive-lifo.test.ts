import { expect, test } from 'vitest';
import { adaptiveLifo } from '../../../src/policies/ordering/adaptive-lifo.js';
import type { OrderingPolicy } from '../../../src/policies/points.js';
import { observe, oneStage, times } from '../../simulation/observe.js';
import { make } from '../make.js';

const isNewestFirst = (order: OrderingPolicy, queueLength: number, longestWaitS: number, nowS = 1000) =>
  order.newestFirst?.(queueLength, longestWaitS, nowS);

test('serves from either end and has no key that tells tasks apart', () => {
  const order = make(adaptiveLifo, { queueLength: 3 }, { tasks: [{ priority: 9 }, { priority: 1 }] });
  expect(order.structure).toBe('either-end');
  expect(order.key(0, 0)).toBe(order.key(1, 5));
});

test('the oldest goes first up to the length, the newest above it, however long anybody has waited', () => {
  const order = make(adaptiveLifo, { queueLength: 3 });
  expect([1, 3, 4, 400].map((length) => isNewestFirst(order, length, 1e6))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test('the newest goes first once the oldest has waited longer than the wait, however few there are', () => {
  const order = make(adaptiveLifo, { wait: '100ms' });
  expect([0, 0.1, 0.11, 60].map((waitS) => isNewestFirst(order, 1, waitS))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test('with both, either is enough', () => {
  const order = make(adaptiveLifo, { queueLength: 3, wait: '1s' });
  expect(isNewestFirst(order, 3, 1)).toBe(false);
  expect(isNewestFirst(order, 4, 0)).toBe(true);
  expect(isNewestFirst(order, 1, 2)).toBe(true);
});

test('a length of 0 is LIFO, and the answer depends on nothing but the queue as it is', () => {
  const always = make(adaptiveLifo, { queueLength: 0 });
  expect(isNewestFirst(always, 1, 0)).toBe(true);
  const order = make(adaptiveLifo, { queueLength: 3 });
  expect([4, 3, 4, 3].map((length, i) => isNewestFirst(order, length, i, i * 50))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('without any threshold it would be FIFO, and is refused', () => {
  expect(adaptiveLifo.parameters.safeParse({}).error?.issues[0]?.message).toMatch(/`queueLength` or `wait`/);
});

test('in a run: under overload the newest starts, then the rest from the front', () => {
  const rows = { w: [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((at) => ({ at, work: 1 })) };
  const startsUnder = (parameters: object) =>
    times(
      observe(
        oneStage({
          workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
          policies: { ordering: { policy: 'adaptive-lifo', ...parameters } },
        }),
        { rows },
      ),
      'in-progress',
    );
  // Five wait when the first is done, then four, three, and two.
  expect(startsUnder({ queueLength: 2 })).toEqual(['w/0@0', 'w/5@1', 'w/4@2', 'w/3@3', 'w/1@4', 'w/2@5']);
  // At 1 s the oldest has waited 0.9 s, from then on longer than a second; alone it is the newest, too.
  expect(startsUnder({ wait: '1s' })).toEqual(['w/0@0', 'w/1@1', 'w/5@2', 'w/4@3', 'w/3@4', 'w/2@5']);
});
