import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observe, oneStage, type Row, story, times } from './observe.js';

const gpus = (pool: object, preemption: object = {}) =>
  oneStage({
    pools: { p: { mode: 'exclusive', ...pool } },
    workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    policies: { placement: 'best-fit', preemption: { policy: 'refill', ...preemption } },
  });

describe('four GPUs, ranked by work left', () => {
  test('a shorter gang stops the longest, and the next that fits takes what is left', () => {
    // A (2 GPUs, 20 s), B (2, 10 s). At 4 comes C (3, 3 s): shortest, so it runs 4 to 7 beside nobody (A and B need 2).
    // At 5 comes D (1, 6 s): it has the fourth GPU. At 7, D (4 s left), B (6 s left); A needs 2, one is free.
    // At 11 D ends, and A goes on: 16 s left. B ends at 13, A at 27.
    const rows: Row[] = [
      { at: 0, work: 20, gpus: 2 },
      { at: 0, work: 10, gpus: 2 },
      { at: 4, work: 3, gpus: 3 },
      { at: 5, work: 6, gpus: 1 },
    ];
    const run = observe(gpus({ gpusPerNode: 4 }), { rows: { w: rows } });
    expect(times(run, 'completed')).toEqual(['w/2@7', 'w/3@11', 'w/1@13', 'w/0@27']);
    expect(run.measures.total.preemptions).toBe(2);
  });

  test('nobody is stopped for a newcomer that comes last in the ranking', () => {
    const rows: Row[] = [
      { at: 0, work: 5, gpus: 3 },
      { at: 1, work: 50, gpus: 2 },
    ];
    expect(observe(gpus({ gpusPerNode: 4 }), { rows: { w: rows } }).measures.total.preemptions).toBe(0);
  });

  test('by GPU-time a wide task counts for more: 4 GPUs x 4 s are more than 1 GPU x 10 s', () => {
    const rows: Row[] = [
      { at: 0, work: 10, gpus: 1 },
      { at: 1, work: 4, gpus: 4 },
    ];
    const ends = (measure: string) =>
      times(observe(gpus({ gpusPerNode: 4 }, { measure }), { rows: { w: rows } }), 'completed');
    expect(ends('time')).toEqual(['w/1@5', 'w/0@14']);
    expect(ends('gpu-time')).toEqual(['w/0@10', 'w/1@14']);
  });

  test('by attained service in levels: whoever has had 4 s gives way to newcomers, and equals keep their order', () => {
    const rows: Row[] = [
      { at: 0, work: 10, gpus: 4 },
      { at: 3, work: 2, gpus: 4 },
      { at: 6, work: 2, gpus: 4 },
    ];
    const run = observe(gpus({ gpusPerNode: 4 }, { by: 'attained', levels: [4] }), { rows: { w: rows } });
    // At 3 the first has had 3 s: same level, it came first. At 6 it has had 6: both others pass it.
    expect(times(run, 'completed')).toEqual(['w/1@8', 'w/2@10', 'w/0@14']);
  });
});

test('a gang finds room because others move: two half-used nodes become one free one', () => {
  // Best fit puts A and B on node 0 and C on node 1. At 3 B ends. At 4 comes a gang of 2 for one node, the shortest: A
  // and C stand on different nodes, so one of them moves beside the other.
  const rows: Row[] = [
    { at: 0, work: 20, gpus: 1 },
    { at: 0, work: 3, gpus: 1 },
    { at: 1, work: 30, gpus: 1 },
    { at: 4, work: 5, gpus: 2 },
  ];
  const run = observe(gpus({ nodes: 2, gpusPerNode: 2 }), { rows: { w: rows } });
  expect(story(run, 'w/3')).toContain('in-progress@4');
  // The one that moved lost no time: progress is safe and moving is free here.
  expect(times(run, 'completed')).toEqual(['w/1@3', 'w/3@9', 'w/0@20', 'w/2@31']);
  expect(run.measures.total.preemptions).toBe(1);
});

/** SRTF by counted GPUs, straightforwardly: ranked at every arrival and end, filled greedily. */
function srtfByTheBook(
  rows: readonly Required<Pick<Row, 'at' | 'work' | 'gpus'>>[],
  total: number,
): number[] {
  const left = rows.map(({ work }) => work);
  const ends = rows.map(() => Number.NaN);
  let now = 0;
  let running: number[] = [];
  for (;;) {
    const next = Math.min(
      ...rows.filter(({ at }) => at > now).map(({ at }) => at),
      ...running.map((job) => now + left[job]!),
    );
    for (const job of running) left[job]! -= Math.min(next, Number.MAX_VALUE) - now;
    if (next === Number.POSITIVE_INFINITY) return ends;
    now = next;
    for (const job of running) if (left[job] === 0) ends[job] = now;
    let free = total;
    running = rows
      .map((_, job) => job)
      .filter((job) => rows[job]!.at <= now && Number.isNaN(ends[job]!))
      .sort((a, b) => left[a]! - left[b]! || a - b)
      .filter((job) => {
        const fits = rows[job]!.gpus <= free;
        if (fits) free -= rows[job]!.gpus;
        return fits;
      });
  }
}

test('on one node it is SRTF by the book, whatever comes', () => {
  const jobs = fc.array(
    fc.record({
      at: fc.integer({ min: 1, max: 20 }),
      work: fc.integer({ min: 1, max: 12 }),
      gpus: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(jobs, (given) => {
      const rows = [...given].sort((a, b) => a.at - b.at);
      const run = observe(gpus({ gpusPerNode: 6 }), { rows: { w: rows } });
      const expected = srtfByTheBook(rows, 6).map((atS, row) => `w/${row}@${atS}`);
      expect(times(run, 'completed').sort()).toEqual(expected.sort());
    }),
    { numRuns: 150 },
  );
});

test('many that come at once are ranked as if they had come together, however often that stops one', () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ at: 1, work: 41 - index, gpus: 1 + (index % 3) }));
  const run = observe(gpus({ gpusPerNode: 6 }), { rows: { w: rows } });
  const expected = srtfByTheBook(rows, 6).map((atS, row) => `w/${row}@${atS}`);
  expect(times(run, 'completed').sort()).toEqual(expected.sort());
});
