import { expect, test } from 'vitest';
import { DemandMix } from '../../../src/model/demand-mix.js';
import { WITHIN } from '../../../src/model/placement-request.js';
import { fragmentationAware } from '../../../src/policies/placement/fragmentation-aware.js';
import { make } from '../make.js';
import { type NodeOf, nodesOf, put } from './nodes.js';

/** A pool that has been asked for these numbers of units so far. */
function asked(nodes: readonly NodeOf[], units: readonly number[]) {
  const table = nodesOf(nodes);
  for (const one of units) table.mix!.add({ units: one, cpus: 0, groups: -1, within: WITHIN.auto });
  return table;
}
const tasks = [{ stage: 0 }];

test('where pairs of GPUs are asked for, a single goes where it breaks none up', () => {
  // On the first node two GPUs become of no use, on the second one stops being so.
  const nodes = asked([{ gpus: [10, 10] }, { gpus: [10, 0] }], [20]);
  expect(put(make(fragmentationAware, {}, { tasks }), nodes, 10)!.node).toBe(1);
});

test('a share takes the GPU where it leaves what others can use', () => {
  // Of requests for 5 tenths: 7 - 3 leaves 4 that nobody can use, 8 - 3 leaves 5, which is of use.
  const nodes = asked([{ gpus: [7, 8] }], [5]);
  expect(put(make(fragmentationAware, {}, { tasks }), nodes, 3)).toEqual({ node: 0, gpu: 1 });
});

test('it learns: what is asked for later counts as well', () => {
  const nodes = asked([{ gpus: [10, 10] }, { gpus: [10, 0] }], [10]);
  const policy = make(fragmentationAware, { popularity: 1 }, { tasks });
  // Nothing is lost to singles anywhere: the lowest number.
  expect(put(policy, nodes, 10)!.node).toBe(0);
  for (let i = 0; i < 9; i++) nodes.mix!.add({ units: 20, cpus: 0, groups: -1, within: WITHIN.auto });
  expect(put(policy, nodes, 10)!.node).toBe(1);
});

test('it may know the mix of the trace instead', () => {
  const tracedDemand = new DemandMix();
  tracedDemand.add({ units: 20, cpus: 0, groups: -1, within: WITHIN.auto });
  const nodes = asked([{ gpus: [10, 10] }, { gpus: [10, 0] }], [10]);
  const policy = make(fragmentationAware, { mix: 'trace' }, { tasks, tracedDemand });
  expect(put(policy, nodes, 10)!.node).toBe(1);
});

test('what it remembers of a node holds no longer than what is free there', () => {
  const nodes = asked([{ gpus: [10, 10] }, { gpus: [10, 0] }], [20]);
  const policy = make(fragmentationAware, {}, { tasks });
  expect(put(policy, nodes, 10)!.node).toBe(1);
  nodes.gpuFree[nodes.gpusMax] = 0;
  nodes.change(1, -10);
  expect(put(policy, nodes, 10)!.node).toBe(0);
});
