import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lane, type LaneOrder } from '../../src/model/lane.js';
import { F, NONE, TaskTable } from '../../src/model/task-table.js';

type LaneStructure = LaneOrder['structure'];

const CLOCK = { nowS: 10 };

interface Waiting {
  readonly task: number;
  readonly order: number;
  readonly key: number;
}

/** Served next, by the definition of the structure. */
function headOf(structure: LaneStructure, waiting: readonly Waiting[]): number {
  const rank = ({ order, key }: Waiting): readonly [number, number] =>
    structure === 'fifo' ? [0, order] : structure === 'lifo' ? [0, -order] : [key, order];
  const sorted = [...waiting].sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1]);
  return sorted[0]?.task ?? NONE;
}

const oldestOf = (waiting: readonly Waiting[]): number =>
  [...waiting].sort((a, b) => a.order - b.order)[0]?.task ?? NONE;

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), key: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('serve' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back' as const), which: fc.nat(), key: fc.nat(5) }) },
);

describe.each<LaneStructure>(['fifo', 'lifo', 'key'])('%s', (structure) => {
  test('does what a sorted list does, tasks that come back to their old place included', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const tasks = new TaskTable(1);
        const lane = new Lane(tasks, { structure, key: () => 0 }, CLOCK);
        let waiting: Waiting[] = [];
        const away: Waiting[] = [];
        let order = 0;
        const enter = (entry: Waiting): void => {
          tasks.f[entry.task + F.order] = entry.order;
          tasks.f[entry.task + F.key] = entry.key;
          lane.add(entry.task);
          waiting.push(entry);
        };
        const take = (task: number): void => {
          lane.remove(task);
          away.push(waiting.find((entry) => entry.task === task)!);
          waiting = waiting.filter((entry) => entry.task !== task);
        };
        for (const next of steps) {
          if (next.do === 'add') enter({ task: tasks.allocate(), order: order++, key: next.key });
          else if (next.do === 'back' && away.length > 0) {
            const [entry] = away.splice(next.which % away.length, 1);
            enter({ ...entry!, key: next.key });
          } else if (next.do === 'serve' && lane.length > 0) take(lane.head());
          else if (next.do === 'leave' && waiting.length > 0)
            take(waiting[next.which % waiting.length]!.task);
          expect(lane.length).toBe(waiting.length);
          expect(lane.head()).toBe(headOf(structure, waiting));
          expect(lane.oldest()).toBe(oldestOf(waiting));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('an empty lane has no head and no oldest', () => {
    const lane = new Lane(new TaskTable(1), { structure, key: () => 0 }, CLOCK);
    expect([lane.head(), lane.oldest(), lane.length]).toEqual([NONE, NONE, 0]);
  });
});

test('infinite keys (no deadline) are served last, in order of arrival', () => {
  const tasks = new TaskTable(1);
  const lane = new Lane(tasks, { structure: 'key', key: () => 0 }, CLOCK);
  const rows = [Number.POSITIVE_INFINITY, 5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
    (key, order) => {
      const task = tasks.allocate();
      tasks.f[task + F.order] = order;
      tasks.f[task + F.key] = key;
      lane.add(task);
      return task;
    },
  );
  const served = rows.map(() => {
    const head = lane.head();
    lane.remove(head);
    return rows.indexOf(head);
  });
  expect(served).toEqual([3, 1, 0, 2]);
});

describe('keys that are read at every choice', () => {
  const rowsOf = (lane: Lane, tasks: TaskTable, count: number): number[] =>
    Array.from({ length: count }, (_, order) => {
      const task = tasks.allocate();
      tasks.f[task + F.order] = order;
      tasks.f[task + F.queuedAtS] = order;
      lane.add(task);
      return task;
    });

  test('scan serves the smallest key as it is now, and the older of equals', () => {
    const tasks = new TaskTable(1);
    const keys = new Map<number, number>();
    const lane = new Lane(tasks, { structure: 'scan', key: (task, nowS) => keys.get(task)! * nowS }, CLOCK);
    const [a, b, c] = rowsOf(lane, tasks, 3) as [number, number, number];
    for (const [task, key] of [
      [a, 3],
      [b, 1],
      [c, 1],
    ] as const)
      keys.set(task, key);
    expect(lane.head()).toBe(b);
    keys.set(a, 0);
    expect(lane.head()).toBe(a);
    lane.remove(a);
    lane.remove(b);
    expect(lane.head()).toBe(c);
  });

  test('either-end serves the newest or the oldest, as the order says for the length and the longest wait', () => {
    const tasks = new TaskTable(1);
    const asked: (readonly number[])[] = [];
    let newest = false;
    const newestFirst = (...values: number[]) => {
      asked.push(values);
      return newest;
    };
    const lane = new Lane(tasks, { structure: 'either-end', key: () => 0, newestFirst }, CLOCK);
    const rows = rowsOf(lane, tasks, 3);
    expect(lane.head()).toBe(rows[0]);
    newest = true;
    expect(lane.head()).toBe(rows[2]);
    expect(asked[0]).toEqual([3, 10, 10]);
  });
});
