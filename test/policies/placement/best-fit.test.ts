import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestFit } from '../../../src/policies/placement/best-fit.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';
import { place } from './place.js';

const policy = make(bestFit);

test('up to a node: the node with the fewest free that fits, the lowest of equals', () => {
  expect(place(policy, 8, [8, 3, 2, 3], 3)).toEqual([[1, 3]]);
  expect(place(policy, 8, [8, 5, 4, 2], 3)).toEqual([[2, 3]]);
  expect(place(policy, 8, [7, 5, 4, 2], 8)).toEqual([]);
});

test('more than a node: whole free nodes, and the rest on the next in order of most free', () => {
  expect(place(policy, 8, [2, 8, 5, 8, 7, 7], 18)).toEqual([
    [1, 8],
    [3, 8],
    [4, 2],
  ]);
  expect(place(policy, 8, [8, 8, 8, 2], 18)).toEqual([
    [0, 8],
    [1, 8],
    [2, 2],
  ]);
});

test('more than a node does not fit without enough whole nodes, or without room for the rest', () => {
  expect(place(policy, 8, [8, 7, 7], 16)).toEqual([]);
  expect(place(policy, 8, [8, 3, 3], 12)).toEqual([]);
});

/** The rule as the Helios simulator states it: sort by most free, take whole nodes, the rest on the next. */
function consolidate(perNode: number, free: readonly number[], units: number): number[][] {
  const nodes = free.map((_, node) => node);
  if (units <= perNode) {
    const fitting = nodes.filter((node) => free[node]! >= units).sort((a, b) => free[a]! - free[b]! || a - b);
    return fitting.slice(0, 1).map((node) => [node, units]);
  }
  const byRoom = nodes.sort((a, b) => free[b]! - free[a]! || a - b);
  const whole = Math.floor(units / perNode);
  const wanted = [...Array<number>(whole).fill(perNode), ...(units % perNode === 0 ? [] : [units % perNode])];
  const fits = wanted.every((units, place) => place < byRoom.length && free[byRoom[place]!]! >= units);
  return fits ? wanted.map((units, place) => [byRoom[place]!, units]) : [];
}

test('it is the consolidating placement of the Helios simulator on any free nodes', () => {
  const free = fc.array(fc.oneof(fc.nat(8), fc.constant(8)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(free, fc.integer({ min: 1, max: 40 }), (nodes, units) => {
      expect(place(policy, 8, nodes, units)).toEqual(consolidate(8, nodes, units));
    }),
  );
});

test('by resources: the least left of GPUs and CPUs together', () => {
  const nodes = nodesOf([
    { gpus: [10, 10, 0, 0], cpus: 32 },
    { gpus: [10, 10, 10, 0], cpus: 32, cpusFree: 8 },
  ]);
  // Left of 4 GPUs and 32 CPUs: 1/4 and 24/32 on the first, 2/4 and 0 on the second.
  expect(put(make(bestFit, { by: 'resources' }), nodes, 10, { cpus: 8 })!.node).toBe(1);
  expect(put(make(bestFit), nodes, 10, { cpus: 8 })!.node).toBe(0);
});
