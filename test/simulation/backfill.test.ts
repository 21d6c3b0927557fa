import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Observed, observe, oneStage, type Row } from './observe.js';

const gpus = (pool: object, backfill: unknown) =>
  oneStage({
    pools: { p: { mode: 'exclusive', ...pool } },
    workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    policies: { backfill },
  });

/** First starts in order of the rows. */
const starts = (run: Observed): number[] => {
  const byTask = new Map<number, number>();
  for (const { task, to, atS } of run.changes) {
    const row = Number(task.split('/')[1]);
    if (to === 'in-progress' && !byTask.has(row)) byTask.set(row, atS);
  }
  return [...byTask.entries()].sort(([a], [b]) => a - b).map(([, atS]) => atS);
};

/**
 * Four GPUs. A (2 GPUs, 10 s) runs from 0, so B (4 GPUs, 5 s) can start at 10 and not before. C (2, 9 s, from 2) would
 * end at 11; D (1, 6 s, from 4) ends at 10; E (1, 20 s, from 5) does not.
 */
const ROWS: readonly Row[] = [
  { at: 0, work: 10, gpus: 2 },
  { at: 1, work: 5, gpus: 4 },
  { at: 2, work: 9, gpus: 2 },
  { at: 4, work: 6, gpus: 1 },
  { at: 5, work: 20, gpus: 1 },
];

describe('four GPUs, a gang of four at the head of the line', () => {
  test.each([
    // A, B; then C, D and E beside each other at 15.
    ['none', [0, 10, 15, 15, 15]],
    // Everybody who fits: C at 2 keeps the GPUs to 11, D cannot start before A's end at 10 (E neither), B waits for E.
    ['greedy', [0, 30, 2, 10, 10]],
    // D is over when B can start; C and E are not.
    ['easy', [0, 10, 15, 4, 15]],
    ['conservative', [0, 10, 15, 4, 15]],
  ])('%s', (backfill, expected) => {
    expect(starts(observe(gpus({ gpusPerNode: 4 }, backfill), { rows: { w: ROWS } }))).toEqual(expected);
  });

  test('a task that leaves the head its GPUs may run beyond the head’s start', () => {
    // B needs three of four at 10: one is left over for E, which runs from 5 to 25.
    const rows = ROWS.map((row, index) => (index === 1 ? { ...row, gpus: 3 } : row)).toSpliced(2, 2);
    expect(starts(observe(gpus({ gpusPerNode: 4 }, 'easy'), { rows: { w: rows } }))).toEqual([0, 10, 5]);
  });

  test('EASY puts off the second in line where conservative does not', () => {
    // A (3 of 4, 10 s). B (2, 10 s) can start at 10, and beside it C (2, 10 s). D (1, 15 s, from 3): one GPU is free,
    // and B does not need it; but C does. EASY starts D at 3, and C waits for it until 18.
    const rows: Row[] = [
      { at: 0, work: 10, gpus: 3 },
      { at: 1, work: 10, gpus: 2 },
      { at: 2, work: 10, gpus: 2 },
      { at: 3, work: 15, gpus: 1 },
    ];
    const with_ = (backfill: string) =>
      starts(observe(gpus({ gpusPerNode: 4 }, backfill), { rows: { w: rows } }));
    expect(with_('easy')).toEqual([0, 10, 18, 3]);
    expect(with_('conservative')).toEqual([0, 10, 10, 20]);
  });

  test('the reservation is of certain nodes: two half-free nodes are no room for a gang of one node', () => {
    // Two nodes of 2. A on node 0 to 10, B on node 1 to 20 (one GPU each); C (2) can have node 0 at 10. D (1, 12 s)
    // does not fit beside C on node 0 but on node 1.
    const rows: Row[] = [
      { at: 0, work: 10, gpus: 1 },
      { at: 0, work: 20, gpus: 2 },
      { at: 1, work: 5, gpus: 2 },
      { at: 2, work: 8, gpus: 1 },
      { at: 2, work: 9, gpus: 1 },
    ];
    // Node 0: A and one free, node 1: B. D (8 s) is over at 10; E would not be.
    expect(starts(observe(gpus({ nodes: 2, gpusPerNode: 2 }, 'easy'), { rows: { w: rows } }))).toEqual([
      0, 0, 10, 2, 15,
    ]);
  });

  test('overestimates: what would end in time is thought not to', () => {
    const run = observe(gpus({ gpusPerNode: 4 }, { policy: 'easy', overestimate: 2 }), { rows: { w: ROWS } });
    // A is believed to run to 20, so C (believed 2 to 20) starts and B waits for its real end at 11; at 10 C is
    // still believed to run to 20, and D (twice 6 s) would put B off.
    expect(starts(run)).toEqual([0, 11, 2, 16, 16]);
  });

  test('only so deep into the line', () => {
    const run = observe(gpus({ gpusPerNode: 4 }, { policy: 'easy', depth: 2 }), { rows: { w: ROWS } });
    expect(starts(run)).toEqual([0, 10, 15, 15, 15]);
  });
});

/** EASY as the papers state it, with counted GPUs and exact run times; at every arrival and end. */
function easyByTheBook(
  rows: readonly Required<Pick<Row, 'at' | 'work' | 'gpus'>>[],
  total: number,
): number[] {
  const started = rows.map(() => Number.NaN);
  const running = new Set<number>();
  const waiting: number[] = [];
  const end = (job: number) => started[job]! + rows[job]!.work;
  const times = new Set(rows.map(({ at }) => at));
  for (;;) {
    const now = Math.min(...times);
    if (now === Number.POSITIVE_INFINITY) return started;
    times.delete(now);
    for (const job of [...running]) if (end(job) === now) running.delete(job);
    for (const [job, { at }] of rows.entries()) if (at === now) waiting.push(job);
    const used = () => [...running].reduce((sum, job) => sum + rows[job]!.gpus, 0);
    const start = (job: number) => {
      started[job] = now;
      running.add(job);
      waiting.splice(waiting.indexOf(job), 1);
      times.add(end(job));
    };
    while (waiting.length > 0 && rows[waiting[0]!]!.gpus <= total - used()) start(waiting[0]!);
    const head = waiting[0];
    if (head === undefined) continue;
    let free = total - used();
    let shadow = now;
    for (const job of [...running].sort((a, b) => end(a) - end(b))) {
      if (free >= rows[head]!.gpus && end(job) > shadow) break;
      free += rows[job]!.gpus;
      shadow = end(job);
    }
    let extra = free - rows[head]!.gpus;
    for (const job of waiting.slice(1)) {
      const { gpus: need, work } = rows[job]!;
      if (need > total - used()) continue;
      if (now + work <= shadow) start(job);
      else if (need <= extra) {
        extra -= need;
        start(job);
      }
    }
  }
}

const jobs = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 20 }),
    work: fc.integer({ min: 1, max: 12 }),
    gpus: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 14 },
);
const sorted = <R extends { at: number }>(rows: readonly R[]): R[] => [...rows].sort((a, b) => a.at - b.at);

test('on one node, EASY is the textbook’s, whatever comes', () => {
  fc.assert(
    fc.property(jobs, (given) => {
      const rows = sorted(given);
      expect(starts(observe(gpus({ gpusPerNode: 6 }, 'easy'), { rows: { w: rows } }))).toEqual(
        easyByTheBook(rows, 6),
      );
    }),
    { numRuns: 150 },
  );
});

test('conservative: nobody starts later than in strict order', () => {
  fc.assert(
    fc.property(jobs, (given) => {
      const rows = sorted(given);
      const strict = starts(observe(gpus({ gpusPerNode: 6 }, 'none'), { rows: { w: rows } }));
      const filled = starts(observe(gpus({ gpusPerNode: 6 }, 'conservative'), { rows: { w: rows } }));
      for (const [row, atS] of filled.entries()) expect(atS).toBeLessThanOrEqual(strict[row]!);
    }),
    { numRuns: 100 },
  );
});
