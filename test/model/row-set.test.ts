import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowSet } from '../../src/model/row-set.js';
import { TaskTable } from '../../src/model/task-table.js';

const members = (set: RowSet): number[] => Array.from({ length: set.size }, (_, index) => set.at(index));

test('rows stand in the order in which they came', () => {
  const tasks = new TaskTable(1);
  const set = new RowSet(tasks);
  const rows = Array.from({ length: 40 }, () => tasks.allocate());
  for (const row of rows) set.add(row);
  expect(members(set)).toEqual(rows);
});

test('the last row takes the place of one that is removed', () => {
  const tasks = new TaskTable(1);
  const set = new RowSet(tasks);
  const [a, b, c] = [tasks.allocate(), tasks.allocate(), tasks.allocate()];
  for (const row of [a, b, c]) set.add(row);
  set.remove(a);
  expect(members(set)).toEqual([c, b]);
  set.remove(b);
  set.remove(c);
  expect(set.size).toBe(0);
});

test('any sequence of additions and removals keeps exactly what was added and not removed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(99), { maxLength: 200 }), (steps) => {
      const tasks = new TaskTable(1);
      const rows = Array.from({ length: 100 }, () => tasks.allocate());
      const set = new RowSet(tasks);
      const model = new Set<number>();
      for (const step of steps) {
        const row = rows[step]!;
        if (model.delete(row)) set.remove(row);
        else {
          set.add(row);
          model.add(row);
        }
        expect(new Set(members(set))).toEqual(model);
        expect(set.size).toBe(model.size);
      }
    }),
  );
});
