import { expect, test } from 'vitest';
import { compileObject } from '../../src/scenario/compile.js';
import { simulate } from '../../src/simulation/simulate.js';

/**
 * Two nodes of two GPUs. After `FROM_S` seconds: a single on each from 0 to 10 s, and a pair that comes at 2 s and finds
 * room at 10 s. Then 5 seconds more.
 */
const FROM_S = 100;
const scenario = {
  version: 1,
  name: 'fragments',
  run: { duration: FROM_S + 20, drain: false },
  pools: { gpus: { mode: 'exclusive', nodes: 2, gpusPerNode: 2 } },
  stages: { train: { pool: 'gpus' } },
  workloads: {
    single: {
      arrival: { process: 'deterministic', interval: FROM_S, batch: 2 },
      workflow: [{ stage: 'train', work: 10 }],
    },
    pair: {
      arrival: { process: 'deterministic', interval: FROM_S, start: 2 },
      workflow: [{ stage: 'train', gpus: 2, work: 5 }],
    },
  },
  policies: { placement: 'spread' },
};

const run = (given: object = {}) => {
  const { system, policies } = compileObject({ ...scenario, ...given });
  return simulate(system, policies, 's', { warmupS: FROM_S });
};

test('GPUs are unallocatable as long as they are free and the next task does not fit', () => {
  const { measures, series } = run();
  // Two GPUs from 2 s to 10 s of 20 s.
  expect(measures.pools.gpus!.unallocatable_gpus).toBeCloseTo((2 * 8) / 20, 9);
  const gpuS = series.unallocatable_gpus.gpus!.reduce((sum, gpus) => sum + gpus * series.bin_s, 0);
  expect(gpuS).toBeCloseTo(16, 6);
});

test('fragmentation is what of the free GPUs a task like those so far cannot use', () => {
  const { measures, series } = run();
  // From 2 s to 10 s a third of the requests is for a pair, which finds one GPU on each node: 2/3 GPU of 2 are lost to it.
  const at = (timeS: number) => series.fragmented_gpus.gpus![Math.floor((FROM_S + timeS) / series.bin_s)]!;
  expect(at(1)).toBe(0);
  expect(at(5)).toBeCloseTo(2 / 3, 9);
  // Then nothing is in fragments: two GPUs are free on one node until 15 s, and on both later.
  expect(at(12)).toBe(0);
  const freeGpuS = 2 * 15 + 4 * 5;
  expect(measures.pools.gpus!.fragmentation).toBeCloseTo(((2 / 3) * 8) / freeGpuS, 2);
});

test('a pool whose tasks all take a slot has neither', () => {
  const { measures, series } = run({
    pools: { gpus: { slotsPerGpu: 1 } },
    workloads: { single: scenario.workloads.single },
  });
  expect(measures.pools.gpus).toMatchObject({ unallocatable_gpus: 0, fragmentation: 0 });
  expect(series.unallocatable_gpus).toEqual({});
});
