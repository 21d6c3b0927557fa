import { describe, expect, test } from 'vitest';
import { PlacementRequest } from '../../../src/model/placement-request.js';
import { localityAware } from '../../../src/policies/placement/locality-aware.js';
import { make } from '../make.js';
import { poolOf, tableOf } from './place.js';

const policy = make(localityAware);

/** Nodes of 8 GPUs with so many free, and so many local bytes of the only task. */
function placed(free: readonly number[], bytes: readonly number[], units: number): number[][] {
  const table = tableOf(poolOf(free.length, 8), free);
  table.localBytes = (task, node) => (task === 7 ? bytes[node]! : Number.NaN);
  const into = new Int32Array(2 * free.length);
  const pairs = policy.place(table, Object.assign(new PlacementRequest(), { task: 7, units }), into);
  return Array.from({ length: pairs }, (_, pair) => [into[2 * pair]!, into[2 * pair + 1]!]);
}

describe('up to a node', () => {
  test('the node with most local bytes, however full', () => {
    expect(placed([8, 2, 5], [10, 30, 20], 2)).toEqual([[1, 2]]);
  });
  test('of those with room: data elsewhere is no reason to wait', () => {
    expect(placed([8, 2, 5], [10, 30, 20], 3)).toEqual([[2, 3]]);
  });
  test('of equals the one with most room, then the lowest-numbered', () => {
    expect(placed([4, 6, 7, 7], [0, 5, 5, 5], 1)).toEqual([[2, 1]]);
    expect(placed([4, 6, 7, 7], [0, 0, 0, 0], 1)).toEqual([[2, 1]]);
  });
  test('none where nothing has room', () => {
    expect(placed([1, 1], [9, 9], 2)).toEqual([]);
  });
});

test('more than a node: whole free nodes, and the rest where most is local', () => {
  expect(placed([8, 3, 6, 8], [0, 5, 1, 0], 18)).toEqual([
    [0, 8],
    [3, 8],
    [1, 2],
  ]);
});
