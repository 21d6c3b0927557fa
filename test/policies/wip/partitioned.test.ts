import { expect, test } from 'vitest';
import { LANE_BY_TENANT, LANE_BY_WORKLOAD } from '../../../src/policies/points.js';
import { partitionedWip } from '../../../src/policies/wip/partitioned.js';
import { make } from '../make.js';

/** The setting of the library's own tests: a limit of 10, of which batch has 30% and live 70%. */
const BATCH = 0;
const LIVE = 1;
const OTHER = 2;
const SYSTEM = { workloads: ['batch', 'live', 'other'], tasks: [0, 1, 2].map((workload) => ({ workload })) };

function limiter(parameters: Record<string, unknown> = {}) {
  const wip = make(
    partitionedWip,
    { limit: 10, by: 'workload', partitions: { batch: 0.3, live: 0.7 }, ...parameters },
    SYSTEM,
  );
  /** Starts so many, each of which must be let in. */
  const start = (task: number, times: number) => {
    for (let i = 0; i < times; i++) {
      expect(wip.mayStart(task, 0)).toBe(true);
      wip.started(task, 0);
    }
  };
  return { wip, start };
}

test('a partition uses what others leave, up to the total limit', () => {
  const { wip, start } = limiter();
  start(BATCH, 10);
  expect(wip.mayStart(BATCH, 0)).toBe(false);
});

test('an unused partition passes the total limit up to its own part', () => {
  const { wip, start } = limiter();
  start(BATCH, 10);
  start(LIVE, 7);
  expect(wip.mayStart(LIVE, 0)).toBe(false);
  expect(wip.mayStart(BATCH, 0)).toBe(false);
});

test('when every partition has its part, nobody starts', () => {
  const { wip, start } = limiter();
  start(BATCH, 3);
  start(LIVE, 7);
  expect([BATCH, LIVE].map((task) => wip.mayStart(task, 0))).toEqual([false, false]);
});

test('what is released can be used again', () => {
  const { wip, start } = limiter();
  start(BATCH, 10);
  wip.stopped(BATCH, 0);
  start(BATCH, 1);
  expect(wip.mayStart(BATCH, 0)).toBe(false);
});

test('a class without a partition starts only while the total is below the limit', () => {
  const { wip, start } = limiter();
  start(OTHER, 10);
  expect(wip.mayStart(OTHER, 0)).toBe(false);
  start(LIVE, 7);
});

test('parts are rounded up, and even a share of 0 guarantees one place', () => {
  const { wip, start } = limiter({ limit: 10, partitions: { batch: 0, live: 0.11 } });
  start(OTHER, 10);
  start(BATCH, 1);
  start(LIVE, 2);
  expect([BATCH, LIVE].map((task) => wip.mayStart(task, 0))).toEqual([false, false]);
  expect(wip.why!(LIVE, 0)).toEqual({
    reason: 'guarantee-used',
    numbers: { total: 13, limit: 10, held: 2, guaranteed: 2 },
  });
});

test('lanes follow the classes, and classes are named to the scenario', () => {
  expect(limiter().wip.lanes).toBe(LANE_BY_WORKLOAD);
  expect(make(partitionedWip).lanes).toBe(LANE_BY_TENANT);
  expect(
    partitionedWip.references?.(partitionedWip.parameters.parse({ partitions: { acme: '30%' } })),
  ).toEqual([{ kind: 'tenant', name: 'acme', path: ['partitions', 'acme'] }]);
});

test('partitions of more than the whole are refused; tenths that round are not', () => {
  const parse = (partitions: Record<string, number>) => partitionedWip.parameters.safeParse({ partitions });
  expect(parse({ a: 0.7, b: 0.4 }).error?.issues[0]?.message).toMatch(/add up to more than the whole/);
  const tenths = Object.fromEntries([...'abcdefghij'].map((name) => [name, 0.1]));
  expect(parse(tenths).success).toBe(true);
});

test('releasing what was never taken is a bug and throws', () => {
  expect(() => limiter().wip.stopped(BATCH, 0)).toThrow(/more often/);
});
