import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DemandKind, DemandMix } from '../../src/model/demand-mix.js';
import { Fragmentation } from '../../src/model/fragmentation.js';
import { NodeTable } from '../../src/model/node-table.js';
import { WITHIN } from '../../src/model/placement-request.js';
import { ANY_GROUP } from '../../src/model/task-table.js';
import { poolOf } from '../policies/placement/place.js';

const kind = (given: Partial<DemandKind>): DemandKind => ({
  units: 10,
  cpus: 0,
  groups: ANY_GROUP,
  within: WITHIN.auto,
  count: 1,
  ...given,
});

/** One node whose GPUs have so many tenths free, and so many CPUs. */
function nodeWith(gpus: readonly number[], cpus = Number.POSITIVE_INFINITY): NodeTable {
  const table = new NodeTable(poolOf(1, gpus.length, { slicesPerGpu: 10 }));
  table.add(0);
  for (const [gpu, free] of gpus.entries()) table.gpuFree[gpu] = free;
  table.change(0, gpus.reduce((sum, free) => sum + free, 0) - 10 * gpus.length);
  table.cpusFree[0] = cpus;
  return table;
}

test('what lies on GPUs with too little room is lost to a task that fits on the node, the rest is not', () => {
  // Half a GPU: the 3 tenths are lost, 5 and 10 are of use.
  expect(new Fragmentation([kind({ units: 5 })], 10).of(nodeWith([3, 5, 10]), 0)).toBe(3);
});

test('all is lost to a task that does not fit: for want of GPUs, of CPUs, or because it needs none', () => {
  const node = nodeWith([3, 5, 10], 4);
  expect(new Fragmentation([kind({ units: 20 })], 10).of(node, 0)).toBe(18);
  expect(new Fragmentation([kind({ units: 5, cpus: 5 })], 10).of(node, 0)).toBe(18);
  expect(new Fragmentation([kind({ units: 0 })], 10).of(node, 0)).toBe(18);
});

test('it is the mean over the mix', () => {
  const mix = [kind({ units: 5, count: 3 }), kind({ units: 20, count: 1 })];
  expect(new Fragmentation(mix, 10).of(nodeWith([3, 5, 10]), 0)).toBe((3 * 3 + 18) / 4);
});

test('after a share is taken of a GPU, or whole GPUs', () => {
  const mix = new Fragmentation([kind({ units: 5 })], 10);
  const node = nodeWith([3, 5, 10]);
  expect(mix.after(node, 0, 3, 0, 0)).toBe(0);
  expect(mix.after(node, 0, 3, 0, 1)).toBe(3 + 2);
  expect(mix.after(node, 0, 10, 0, -1)).toBe(3);
});

/** The definition of the paper (section 3.2), GPU by GPU. */
function byDefinition(kinds: readonly DemandKind[], gpus: readonly number[], cpus: number): number {
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  return kinds.reduce((sum, { units, cpus: wanted, count }) => {
    const need = Math.min(units, 10);
    const number = Math.ceil(units / 10);
    const runs = number > 0 && wanted <= cpus && gpus.filter((free) => free >= need).length >= number;
    const lost = gpus.reduce((lostSum, free) => lostSum + (runs && free >= need ? 0 : free), 0);
    return sum + (count / total) * lost;
  }, 0);
}

test('it is what the definition says on any node and mix', () => {
  const kinds = fc.array(
    fc.record({
      units: fc.constantFrom(0, 2, 5, 8, 10, 20),
      cpus: fc.integer({ min: 0, max: 8 }),
      count: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const gpus = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(kinds, gpus, fc.integer({ min: 0, max: 8 }), (mix, free, cpus) => {
      const all = mix.map(kind);
      const measured = new Fragmentation(all, 10).of(nodeWith(free, cpus), 0);
      expect(measured).toBeCloseTo(byDefinition(all, free, cpus), 9);
    }),
  );
});

test('the typical kinds are the most frequent that make up the share', () => {
  const mix = new DemandMix();
  for (const units of [1, 2, 2, 2, 3, 2, 3, 2, 3, 4]) mix.add(kind({ units }));
  expect(mix.typical(0.5).map(({ units }) => units)).toEqual([2]);
  expect(mix.typical(0.8).map(({ units, count }) => [units, count])).toEqual([
    [2, 5],
    [3, 3],
  ]);
  expect(mix.typical(1).map(({ units }) => units)).toEqual([2, 3, 1, 4]);
});
