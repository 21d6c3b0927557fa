import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pool } from '../../src/model/pool.js';
import type { NodeGroupSpec, PoolSpec } from '../../src/model/system.js';
import { N, NONE, TaskTable } from '../../src/model/task-table.js';
import { bestFit } from '../../src/policies/placement/best-fit.js';
import { firstFit } from '../../src/policies/placement/first-fit.js';
import type { PlacementPolicy } from '../../src/policies/points.js';
import { make } from '../policies/make.js';

const spec = (given: Partial<PoolSpec>): PoolSpec => ({
  name: 'gpus',
  mode: 'exclusive',
  groups: [group({})],
  slotsPerGpu: 1,
  sharing: null,
  slicesPerGpu: 1,
  order: null,
  nodesPerRack: Number.POSITIVE_INFINITY,
  spansNodes: true,
  scaling: null,
  failures: null,
  checkpoint: null,
  serving: null,
  schedulingIntervalS: 0,
  ...given,
});

const group = (given: Partial<NodeGroupSpec>): NodeGroupSpec => ({
  name: 'gpus',
  nodes: 2,
  gpusPerNode: 4,
  speed: 1,
  memoryBytesPerGpu: Number.POSITIVE_INFINITY,
  cpus: Number.POSITIVE_INFINITY,
  hostMemoryBytes: Number.POSITIVE_INFINITY,
  priceUsdPerGpuHour: 0,
  reserved: null,
  spot: null,
  ...given,
});

/** A task that needs so many units. */
const taskOf = (tasks: TaskTable, units: number): number => {
  const task = tasks.allocate();
  tasks.n[task + N.gpus] = units;
  return task;
};

const freeOf = ({ table }: Pool): number[] => [...table.free.subarray(0, table.nodes)];

const placements: readonly (readonly [string, PlacementPolicy])[] = [
  ['first-fit', make(firstFit, {}, { tasks: [] })],
  ['best-fit', make(bestFit, {}, { tasks: [] })],
];

test('in slots mode every GPU counts for its slots', () => {
  const pool = new Pool(
    spec({ mode: 'slots', groups: [group({ nodes: 3, gpusPerNode: 2 })], slotsPerGpu: 5 }),
    0,
    new TaskTable(1),
  );
  expect([pool.totalUnits, pool.table.perNode, pool.totalFree, freeOf(pool)]).toEqual([
    30,
    10,
    30,
    [10, 10, 10],
  ]);
});

describe.each(placements)('%s', (_, placement) => {
  test('a gang that spans nodes gives all its parts back', () => {
    const tasks = new TaskTable(1);
    const pool = new Pool(spec({ groups: [group({ nodes: 3 })] }), 0, tasks);
    const gang = taskOf(tasks, 10);
    expect(pool.take(gang, placement)).toBe(true);
    expect(freeOf(pool).sort()).toEqual([0, 0, 2]);
    expect(pool.take(taskOf(tasks, 3), placement)).toBe(false);
    pool.giveBack(gang, 10);
    expect([freeOf(pool), pool.totalFree, tasks.n[gang + N.node]]).toEqual([[4, 4, 4], 12, NONE]);
  });

  test('what does not fit takes nothing', () => {
    const tasks = new TaskTable(1);
    const pool = new Pool(spec({ groups: [group({ gpusPerNode: 2 })] }), 0, tasks);
    pool.take(taskOf(tasks, 1), placement);
    const before = freeOf(pool);
    const gang = taskOf(tasks, 4);
    expect([pool.take(gang, placement), pool.wouldFit(gang, placement)]).toEqual([false, false]);
    expect([freeOf(pool), pool.totalFree, tasks.n[gang + N.node]]).toEqual([before, 3, NONE]);
  });

  test('no unit is ever held twice, and what is free is what nobody holds', () => {
    const step = fc.record({
      units: fc.integer({ min: 1, max: 9 }),
      which: fc.nat(),
      isReturn: fc.boolean(),
    });
    const size = fc.record({
      nodes: fc.integer({ min: 1, max: 4 }),
      gpusPerNode: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(size, fc.array(step, { maxLength: 80 }), (shape, steps) => {
        const tasks = new TaskTable(1);
        const pool = new Pool(spec({ groups: [group(shape)] }), 0, tasks);
        const total = shape.nodes * shape.gpusPerNode;
        const holders: { task: number; units: number; byNode: number[] }[] = [];
        for (const { units, which, isReturn } of steps) {
          const before = freeOf(pool);
          if (isReturn && holders.length > 0) {
            const [holder] = holders.splice(which % holders.length, 1);
            pool.giveBack(holder!.task, holder!.units);
            expect(freeOf(pool)).toEqual(before.map((free, node) => free + holder!.byNode[node]!));
          } else {
            const task = taskOf(tasks, units);
            const would = pool.wouldFit(task, placement);
            expect(pool.take(task, placement)).toBe(would);
            const byNode = before.map((free, node) => free - pool.table.free[node]!);
            expect(byNode.every((taken) => taken >= 0)).toBe(true);
            expect(byNode.reduce((sum, taken) => sum + taken, 0)).toBe(would ? units : 0);
            if (would) {
              holders.push({ task, units, byNode });
              // A task that fits on a node stays on one.
              if (units <= shape.gpusPerNode) expect(byNode.filter((taken) => taken > 0)).toHaveLength(1);
            } else if (units <= shape.gpusPerNode) {
              expect(Math.max(...before)).toBeLessThan(units);
            }
          }
          const held = holders.reduce((sum, holder) => sum + holder.units, 0);
          expect(pool.totalFree).toBe(total - held);
          expect(freeOf(pool).reduce((sum, free) => sum + free, 0)).toBe(total - held);
          expect(Math.min(...freeOf(pool))).toBeGreaterThanOrEqual(0);
        }
        const after = pool.hypothetical();
        for (const { task } of holders) after.addOf(task);
        expect([[...after.table.free.subarray(0, shape.nodes)], after.table.totalFree]).toEqual([
          Array(shape.nodes).fill(shape.gpusPerNode),
          total,
        ]);
        for (const { task } of holders) after.addOf(task, -1);
        expect([...after.table.free.subarray(0, shape.nodes)]).toEqual(freeOf(pool));
      }),
      { numRuns: 300 },
    );
  });
});

test('giving back more than was taken is a bug and throws', () => {
  const tasks = new TaskTable(1);
  const pool = new Pool(spec({}), 0, tasks);
  const task = taskOf(tasks, 2);
  pool.take(task, placements[0]![1]);
  expect(() => pool.giveBack(task, 3)).toThrow(/gets back more than it has/);
});
