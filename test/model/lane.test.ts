import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lane, type LaneStructure } from '../../src/model/lane.js';
import { F, NONE, TaskTable } from '../../src/model/task-table.js';

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
        const lane = new Lane(tasks, structure);
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
    const lane = new Lane(new TaskTable(1), structure);
    expect([lane.head(), lane.oldest(), lane.length]).toEqual([NONE, NONE, 0]);
  });
});

test('infinite keys (no deadline) are served last, in order of arrival', () => {
  const tasks = new TaskTable(1);
  const lane = new Lane(tasks, 'key');
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
