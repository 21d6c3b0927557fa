import fc from 'fast-check';
import { expect, test } from 'vitest';
import { F, FREE, N, NONE, TaskTable } from '../../src/model/task-table.js';

const fill = (tasks: TaskTable, task: number, seed: number): void => {
  for (const column of Object.values(F)) tasks.f[task + column] = seed + column / 100;
  for (const column of Object.values(N)) tasks.n[task + column] = (seed + column) % 255;
};

const read = (tasks: TaskTable, task: number): number[] => [
  ...Object.values(F).map((column) => tasks.f[task + column]!),
  ...Object.values(N).map((column) => tasks.n[task + column]!),
];

test('every column has a place of its own in the row', () => {
  for (const columns of [F, N])
    expect(new Set(Object.values(columns)).size).toBe(Object.keys(columns).length);
});

test('growing keeps all numbers of all tasks and what they have spent', () => {
  const tasks = new TaskTable(2);
  const rows: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const task = tasks.allocate();
    fill(tasks, task, i);
    tasks.spend(task, 1, i);
    rows.push(task);
  }
  expect(new Set(rows).size).toBe(1000);
  expect(tasks.size).toBe(1000);
  for (const [i, task] of rows.entries()) {
    const fresh = new TaskTable(2);
    const other = fresh.allocate();
    fill(fresh, other, i);
    expect(read(tasks, task)).toEqual(read(fresh, other));
    expect([tasks.takeSpent(task, 0), tasks.takeSpent(task, 1)]).toEqual([0, i]);
  }
});

test('a new task holds nothing, whoever had its row before', () => {
  const tasks = new TaskTable(1);
  tasks.phases = [0, 5];
  const before = tasks.allocate();
  fill(tasks, before, 77);
  tasks.f[before + F.phaseS + 5] = 3;
  tasks.release(before);
  const task = tasks.allocate();
  expect(task).toBe(before);
  for (const column of [N.event, N.patienceEvent, N.timeoutEvent, N.node, N.stage, N.lane])
    expect(tasks.n[task + column]).toBe(NONE);
  expect(tasks.n[task + N.holdsTaskLimits]).toBe(0);
  expect([tasks.f[task + F.phaseS], tasks.f[task + F.phaseS + 5]]).toEqual([0, 0]);
});

test('memory follows the tasks in flight, not the tasks simulated', () => {
  const tasks = new TaskTable(1);
  const rows = new Set<number>();
  for (let i = 0; i < 10_000; i++) {
    const task = tasks.allocate();
    tasks.n[task + N.state] = 0;
    rows.add(task);
    tasks.release(task);
  }
  expect(rows.size).toBe(1);
});

test('what is spent is taken once and never falls below 0', () => {
  const tasks = new TaskTable(1);
  const task = tasks.allocate();
  tasks.spend(task, 0, 5);
  tasks.spend(task, 0, 2.5);
  expect([tasks.takeSpent(task, 0), tasks.takeSpent(task, 0)]).toEqual([7.5, 0]);
  tasks.spend(task, 0, 1);
  tasks.spend(task, 0, -2);
  expect(tasks.takeSpent(task, 0)).toBe(0);
});

test('forEach visits exactly the tasks in flight, after any arrivals and departures', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 400 }), (steps) => {
      const tasks = new TaskTable(0);
      const inFlight: number[] = [];
      for (const step of steps) {
        if (step < 7 || inFlight.length === 0) {
          const task = tasks.allocate();
          expect(inFlight).not.toContain(task);
          tasks.n[task + N.state] = step;
          inFlight.push(task);
        } else {
          const [task] = inFlight.splice((step * 31) % inFlight.length, 1);
          tasks.release(task!);
          expect(tasks.n[task! + N.state]).toBe(FREE);
        }
      }
      const visited: number[] = [];
      tasks.forEach((task) => {
        visited.push(task);
      });
      expect(visited).toEqual([...inFlight].sort((a, b) => a - b));
      expect(tasks.size).toBe(inFlight.length);
    }),
  );
});
