import { expect, test } from 'vitest';
import type { PoolLoad } from '../../../src/policies/points.js';
import { queueLength } from '../../../src/policies/scaling/queue-length.js';
import { make } from '../make.js';
import { load } from './load.js';

const busy = { nodes: 4, unitsPerNode: 8, unitsTaken: 30, waitingTasks: 50, waitingUnits: 130 };
const wanted = (parameters: object, given: Partial<PoolLoad> = {}): number =>
  make(queueLength, { downWindow: 0, upNodes: 1000, ...parameters }).wanted(load({ ...busy, ...given }), 0);

test('as many nodes as there is work, so much a node, rounded up', () => {
  expect(wanted({ perNode: 8 })).toBe(20);
  expect(wanted({ perNode: 8, count: 'waiting-units' })).toBe(17);
  expect(wanted({ perNode: 8, count: 'waiting-tasks' })).toBe(7);
});

test('within a tenth of it nothing is done', () => {
  // 160 units on 20 nodes are 8 each.
  expect([7.3, 8, 8.8].map((perNode) => wanted({ perNode }, { nodes: 20 }))).toEqual([20, 20, 20]);
  expect(wanted({ perNode: 7 }, { nodes: 20 })).toBe(23);
});

test('nodes that are on their way count', () => {
  expect(wanted({ perNode: 8, tolerance: 0 }, { nodes: 4, coming: 16 })).toBe(20);
});

test('from no node to as many as the queue asks for, and back to none', () => {
  expect(wanted({ perNode: 8 }, { nodes: 0, unitsTaken: 0, minNodes: 0 })).toBe(17);
  expect(wanted({ perNode: 8 }, { unitsTaken: 0, waitingUnits: 0, minNodes: 0 })).toBe(0);
});
