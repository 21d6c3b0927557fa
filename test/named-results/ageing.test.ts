/**
 * Ageing bounds what priority does to the rest. A task of priority p, d levels below the highest, is overtaken only by
 * tasks that come within d intervals after it (Holtzman, Bounds for a dynamic-priority queue, Operations Research 19,
 * 1971). So it starts at the latest when the server has done what it found and what comes in that time.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observe, oneStage, type Row } from '../simulation/observe.js';

/**
 * Tasks of priority 2 fill the server from 1.5 s on: one comes at each full second and takes 1 s, and a longer one
 * before them sees to it that one is always waiting. At 10.25 s a task of priority 0 joins them.
 */
function longestWaitS(policies: object, durationS: number): number {
  const { measures } = observe(
    oneStage({
      run: { duration: durationS },
      workloads: {
        first: { priority: 2, workflow: [{ stage: 's', work: 1.5 }] },
        urgent: {
          priority: 2,
          arrival: { process: 'deterministic', interval: 1 },
          workflow: [{ stage: 's', work: 1 }],
        },
        low: { workflow: [{ stage: 's', work: 1 }] },
      },
      policies,
    }),
    { rows: { first: [{ at: 0 }], low: [{ at: 10.25 }] } },
  );
  return measures.workloads.low!.starvation.longest_wait_s;
}

describe('a server that urgent tasks fill by themselves', () => {
  test('under plain priority a low one waits as long as the run lasts', () => {
    for (const durationS of [50, 200, 800])
      expect(longestWaitS({ ordering: 'priority' }, durationS)).toBe(durationS - 10.25);
  });

  test('with ageing it waits two intervals and for what is in service then, however long the run', () => {
    // At 5 s a level it stands before those who come after 10.25 + 2 x 5 s. The last of the others came at 20, took the
    // server at 20.5 and leaves it at 21.5.
    for (const durationS of [50, 200, 800])
      expect(longestWaitS({ ordering: { policy: 'ageing', interval: 5 } }, durationS)).toBe(21.5 - 10.25);
  });
});

interface Waited {
  readonly row: Row;
  readonly startS: number;
}

/** Every task of a run on one server, in the order of starts. */
function starts(rows: readonly Row[], policies: object): Waited[] {
  const { changes } = observe(
    oneStage({
      run: { drain: true },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
      policies,
    }),
    { rows: { w: rows } },
  );
  return changes
    .filter(({ to }) => to === 'in-progress')
    .map(({ task, atS }) => ({ row: rows[Number(task.split('/')[1])]!, startS: atS }));
}

const HIGHEST = 3;
const INTERVAL_S = 4;
const someRows = fc
  .array(
    fc.record({
      at: fc.double({ min: 0, max: 40, noNaN: true }),
      work: fc.double({ min: 0.1, max: 5, noNaN: true }),
      priority: fc.nat(HIGHEST),
    }),
    { minLength: 10, maxLength: 40 },
  )
  .map((list) => list.sort((a, b) => a.at - b.at));

describe('any tasks on one server', () => {
  const ageing = { ordering: { policy: 'ageing', interval: INTERVAL_S } };

  /** How long the task may be overtaken. */
  const windowS = ({ row }: Waited): number => (HIGHEST - row.priority!) * INTERVAL_S;

  test('a task is overtaken only by those that come within d intervals after it', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const order = starts(rows, ageing);
        for (const [i, task] of order.entries())
          for (const before of order.slice(0, i))
            expect(before.row.at - task.row.at).toBeLessThanOrEqual(windowS(task) + 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test('it starts when what it found is done, and what came within d intervals', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        for (const task of starts(rows, ageing)) {
          const { row, startS } = task;
          const boundS = workFoundS(rows, row.at) + workWithinS(rows, row, windowS(task));
          expect(startS - row.at).toBeLessThanOrEqual(boundS + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('plain priority goes beyond that bound', () => {
    const low: Row = { at: 0.25, work: 1, priority: 0 };
    const urgent = Array.from({ length: 60 }, (_, i): Row => ({ at: i, work: 1.5, priority: HIGHEST }));
    const rows = [urgent[0]!, low, ...urgent.slice(1)];
    const waitS = (policies: object): number =>
      starts(rows, policies).find(({ row }) => row === low)!.startS - low.at;
    // 1.25 s of the first are left, and twelve come within 12 s.
    const boundS = workFoundS(rows, low.at) + workWithinS(rows, low, HIGHEST * INTERVAL_S);
    expect(boundS).toBe(1.25 + 12 * 1.5);
    expect(waitS(ageing)).toBeLessThanOrEqual(boundS);
    expect(waitS({ ordering: 'priority' })).toBe(60 * 1.5 - low.at);
  });
});

/** Work left at a moment, that of tasks which come then left out: one server that is never idle for nothing. */
function workFoundS(rows: readonly Row[], atS: number): number {
  let leftS = 0;
  let lastS = 0;
  for (const { at, work } of rows) {
    if (at >= atS) break;
    leftS = Math.max(0, leftS - (at - lastS)) + work!;
    lastS = at;
  }
  return Math.max(0, leftS - (atS - lastS));
}

/** Work of the other tasks that come with the one given or within so long after it. */
function workWithinS(rows: readonly Row[], own: Row, windowS: number): number {
  return rows
    .filter((row) => row !== own && row.at >= own.at && row.at <= own.at + windowS)
    .reduce((sum, { work }) => sum + work!, 0);
}
