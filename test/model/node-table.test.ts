import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeTable } from '../../src/model/node-table.js';
import { PlacementRequest } from '../../src/model/placement-request.js';
import type { NodeGroupSpec } from '../../src/model/system.js';
import { poolOf, tableOf } from '../policies/placement/place.js';

const plain = new PlacementRequest();
const request = (given: Partial<PlacementRequest>): PlacementRequest =>
  Object.assign(new PlacementRequest(), given);

/** The nodes with room in the range, best first; what all three searches choose from. */
function fitting(free: readonly number[], units: number, from: number, to: number): number[] {
  return free.map((_, node) => node).filter((node) => node >= from && node < to && free[node]! >= units);
}

describe('searches look at every node, whatever way they take', () => {
  const setting = fc
    .record({ nodes: fc.integer({ min: 1, max: 130 }), perNode: fc.constantFrom(1, 4, 8, 300) })
    .chain(({ nodes, perNode }) =>
      fc.record({
        perNode: fc.constant(perNode),
        free: fc.array(fc.nat(perNode), { minLength: nodes, maxLength: nodes }),
        changes: fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(perNode)), { maxLength: 20 }),
        units: fc.integer({ min: 1, max: perNode }),
        range: fc.tuple(fc.nat(nodes), fc.nat(nodes)),
      }),
    );

  test('on any free nodes, after any changes, in any range', () => {
    fc.assert(
      fc.property(setting, ({ perNode, free, changes, units, range }) => {
        const table = tableOf(poolOf(free.length, perNode), free);
        const now = [...free];
        for (const [node, left] of changes) {
          table.change(node, left - now[node]!);
          now[node] = left;
        }
        const [from, to] = [Math.min(...range), Math.max(...range)];
        const fit = fitting(now, units, from, to);
        const first = fit[0] ?? -1;
        const tightest = [...fit].sort((a, b) => now[a]! - now[b]! || a - b)[0] ?? -1;
        const roomiest = [...fit].sort((a, b) => now[b]! - now[a]! || a - b)[0] ?? -1;
        const whole = now.findIndex((left, node) => left === perNode && node >= from && node < to);
        expect([
          table.firstWithRoom(plain, units, from, to),
          table.tightest(plain, units, from, to),
          table.roomiest(plain, units, from, to),
          table.firstWhole(plain, from, to),
        ]).toEqual([first, tightest, roomiest, whole]);
        expect(table.totalFree).toBe(now.reduce((sum, left) => sum + left, 0));
      }),
      { numRuns: 400 },
    );
  });
});

const group = (name: string, given: Partial<NodeGroupSpec>): NodeGroupSpec => ({
  ...poolOf(1, 4).groups[0]!,
  name,
  ...given,
});

test('a request for some kinds of hardware finds only those, and CPUs and host memory must do as well', () => {
  const spec = poolOf(0, 0, {
    groups: [group('old', { cpus: 8 }), group('new', { cpus: 64, hostMemoryBytes: 100 })],
  });
  const table = new NodeTable(spec);
  for (const kind of [0, 1, 0, 1]) table.add(kind);
  expect(table.firstWithRoom(request({ groups: 0b10 }), 1)).toBe(1);
  expect(table.firstWithRoom(request({ groups: 0b10 }), 1, 2)).toBe(3);
  expect(table.firstWithRoom(request({ cpus: 9 }), 1)).toBe(1);
  expect(table.firstWithRoom(request({ hostBytes: 101 }), 1, 1)).toBe(2);
  expect(table.tightest(request({ groups: 0b10, cpus: 65 }), 1)).toBe(-1);
});

test('a share of a GPU needs one GPU with that much, and a whole one needs a GPU that nobody is on', () => {
  const spec = poolOf(1, 2, { slicesPerGpu: 4 });
  const table = new NodeTable(spec);
  table.add(0);
  // Both GPUs are half used: four of eight slices are free.
  for (const gpu of [0, 1]) table.gpuFree[gpu] = 2;
  table.change(0, -4);
  expect(table.hasRoom(0, request({ isShare: true }), 2)).toBe(true);
  expect(table.hasRoom(0, request({ isShare: true }), 3)).toBe(false);
  expect(table.hasRoom(0, request({}), 4)).toBe(false);
  table.gpuFree[1] = 1;
  table.change(0, -1);
  // The fullest GPU that has room.
  expect([table.tightestGpu(0, 1), table.tightestGpu(0, 2)]).toEqual([1, 0]);
});

test('what is free in both of two tables', () => {
  const [a, b] = [tableOf(poolOf(3, 8), [8, 3, 5]), tableOf(poolOf(3, 8), [2, 7, 5])];
  const both = a.copy();
  both.intersect(b);
  expect([[...both.free.subarray(0, 3)], both.totalFree]).toEqual([[2, 3, 5], 10]);
});
