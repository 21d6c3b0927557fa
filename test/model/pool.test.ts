import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pool } from '../../src/model/pool.js';
import type { PoolSpec } from '../../src/model/system.js';
import { N, NONE, TaskTable } from '../../src/model/task-table.js';
import { bestFit } from '../../src/policies/placement/best-fit.js';
import { firstFit } from '../../src/policies/placement/first-fit.js';
import type { PlacementPolicy } from '../../src/policies/points.js';
import { make } from '../policies/make.js';

const spec = (given: Partial<PoolSpec>): PoolSpec => ({
  name: 'gpus',
  mode: 'exclusive',
  nodes: 2,
  gpusPerNode: 4,
  slotsPerGpu: 1,
  speed: 1,
  sharing: null,
  priceUsdPerGpuHour: 0,
  spansNodes: true,
  memoryBytesPerGpu: Number.POSITIVE_INFINITY,
  ...given,
});

const placements: readonly (readonly [string, PlacementPolicy])[] = [
  ['first-fit', make(firstFit, {}, { tasks: [] })],
  ['best-fit', make(bestFit, {}, { tasks: [] })],
];

test('in slots mode every GPU counts for its slots', () => {
  const pool = new Pool(
    spec({ mode: 'slots', nodes: 3, gpusPerNode: 2, slotsPerGpu: 5 }),
    0,
    new TaskTable(1),
  );
  expect([pool.totalUnits, pool.perNode, pool.totalFree, [...pool.free]]).toEqual([30, 10, 30, [10, 10, 10]]);
});

describe.each(placements)('%s', (_, placement) => {
  test('a gang that spans nodes gives all its parts back', () => {
    const tasks = new TaskTable(1);
    const pool = new Pool(spec({ nodes: 3 }), 0, tasks);
    const gang = tasks.allocate();
    expect(pool.take(gang, 10, placement)).toBe(true);
    expect([...pool.free].sort()).toEqual([0, 0, 2]);
    expect(pool.take(tasks.allocate(), 3, placement)).toBe(false);
    pool.giveBack(gang, 10);
    expect([[...pool.free], pool.totalFree, tasks.n[gang + N.node]]).toEqual([[4, 4, 4], 12, NONE]);
  });

  test('what does not fit takes nothing', () => {
    const tasks = new TaskTable(1);
    const pool = new Pool(spec({ gpusPerNode: 2 }), 0, tasks);
    pool.take(tasks.allocate(), 1, placement);
    const before = [...pool.free];
    const gang = tasks.allocate();
    expect([pool.take(gang, 4, placement), pool.wouldFit(4, placement)]).toEqual([false, false]);
    expect([[...pool.free], pool.totalFree, tasks.n[gang + N.node]]).toEqual([before, 3, NONE]);
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
        const pool = new Pool(spec(shape), 0, tasks);
        const total = shape.nodes * shape.gpusPerNode;
        const holders: { task: number; units: number; byNode: number[] }[] = [];
        for (const { units, which, isReturn } of steps) {
          const before = [...pool.free];
          if (isReturn && holders.length > 0) {
            const [holder] = holders.splice(which % holders.length, 1);
            pool.giveBack(holder!.task, holder!.units);
            expect([...pool.free]).toEqual(before.map((free, node) => free + holder!.byNode[node]!));
          } else {
            const task = tasks.allocate();
            tasks.n[task + N.gpus] = units;
            const would = pool.wouldFit(units, placement);
            expect(pool.take(task, units, placement)).toBe(would);
            const byNode = before.map((free, node) => free - pool.free[node]!);
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
          expect([...pool.free].reduce((sum, free) => sum + free, 0)).toBe(total - held);
          expect(Math.min(...pool.free)).toBeGreaterThanOrEqual(0);
        }
        const after = pool.hypothetical();
        for (const { task } of holders) after.addOf(task);
        expect([[...after.free], after.totalFree]).toEqual([
          Array(shape.nodes).fill(shape.gpusPerNode),
          total,
        ]);
        for (const { task } of holders) after.addOf(task, -1);
        expect([...after.free]).toEqual([...pool.free]);
      }),
      { numRuns: 300 },
    );
  });
});

test('giving back more than was taken is a bug and throws', () => {
  const tasks = new TaskTable(1);
  const pool = new Pool(spec({}), 0, tasks);
  const task = tasks.allocate();
  pool.take(task, 2, placements[0]![1]);
  expect(() => pool.giveBack(task, 3)).toThrow(/pool gpus has 5 free units/);
});
