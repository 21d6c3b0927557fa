import { describe, expect, test } from 'vitest';
import { compileObject } from '../../../src/scenario/compile.js';
import { hardwareProfile, poolDefaults } from '../../../src/scenario/profiles/registry.js';

const poolOf = (pool: object) =>
  compileObject({
    version: 1,
    name: 'profiles',
    run: { tasks: 10 },
    pools: { p: { mode: 'exclusive', ...pool } },
    stages: { s: { pool: 'p' } },
    workloads: { w: { arrival: { process: 'poisson', rate: 1 }, workflow: [{ stage: 's', work: 1 }] } },
  }).system.pools[0]!;

const H100 = poolDefaults(hardwareProfile('h100-sxm')!);
const A100 = poolDefaults(hardwareProfile('a100-sxm-80')!);

describe('a pool with a hardware profile', () => {
  test('has its GPUs, memory and price', () => {
    expect(poolOf({ profile: 'h100-sxm', nodes: 3 }).groups[0]).toMatchObject({
      nodes: 3,
      gpusPerNode: H100.gpusPerNode,
      memoryBytesPerGpu: H100.memoryBytesPerGpu,
      priceUsdPerGpuHour: H100.priceUsdPerGpuHour,
    });
  });

  test('keeps what it states itself', () => {
    const given = { profile: 'h100-sxm', gpusPerNode: 4, memory: '94GB', price: '$1.50/h' };
    expect(poolOf(given).groups[0]).toMatchObject({
      gpusPerNode: 4,
      memoryBytesPerGpu: 94e9,
      priceUsdPerGpuHour: 1.5,
    });
  });

  test('may have groups with profiles of their own; what is stated comes first, then the group’s, then the pool’s', () => {
    const { groups } = poolOf({
      profile: 'h100-sxm',
      price: '$2/h',
      groups: { new: {}, old: { profile: 'a100-sxm-80' }, cheap: { profile: 'a100-sxm-80', price: '$1/h' } },
    });
    expect(
      groups.map(({ memoryBytesPerGpu, priceUsdPerGpuHour }) => [memoryBytesPerGpu, priceUsdPerGpuHour]),
    ).toEqual([
      [H100.memoryBytesPerGpu, 2],
      [A100.memoryBytesPerGpu, 2],
      [A100.memoryBytesPerGpu, 1],
    ]);
  });

  test('fails as often as the profile says where it says so, and its nodes take as long to come', () => {
    const { failures, scaling } = poolOf({
      profile: 'h100-sxm',
      failures: 'profile',
      scaling: { max: 4 },
    });
    expect(failures?.node?.mtbf.mean).toBeCloseTo(H100.mtbfS, 6);
    expect(failures?.node?.repair.mean).toBe(H100.repairS);
    expect(scaling?.provision.mean).toBe(H100.provisionS);
  });

  test.each([
    [{ profile: 'h100' }, /unknown|expected one of|h100-sxm/],
    [{ failures: 'profile' }, /`failures: profile` needs `profile`/],
  ])('%j is refused', (pool, message) => {
    expect(() => poolOf(pool)).toThrow(message);
  });
});
