import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/scenario/profiles/figure.js';
import { HARDWARE } from '../../../src/scenario/profiles/hardware.js';
import {
  hardwareProfile,
  modelProfile,
  PROFILE_NAMES,
  poolDefaults,
  servingProfile,
} from '../../../src/scenario/profiles/registry.js';

const DAY_S = 86_400;
const defaults = (name: string) => poolDefaults(hardwareProfile(name)!);

describe('hardware profiles', () => {
  it('tell of every figure where it comes from, and of what nobody measured that it is an assumption', () => {
    for (const { name, figures } of HARDWARE)
      for (const [key, one] of Object.entries(figures) as [string, Figure | null][]) {
        if (one === null) continue;
        expect(one.source, `${name} ${key}`).not.toBe('');
        expect(Number.isFinite(one.value) && one.value >= 0, `${name} ${key}`).toBe(true);
      }
    const { figures } = hardwareProfile('b200')!;
    expect(figures.nodeRepairS.assumption).toBe(true);
    expect(figures.nodeMtbfS.assumption).toBe(true);
    expect(figures.onDemandUsd.assumption).toBeUndefined();
    expect(hardwareProfile('h100-sxm')!.figures.nodeMtbfS.assumption).toBeUndefined();
  });

  it('have prices that carry their date, spot and reserved below on demand', () => {
    for (const { name, figures } of HARDWARE) {
      expect(figures.onDemandUsd.date, name).toMatch(/^\d{4}-\d{2}/);
      expect(figures.spotUsd.value, name).toBeLessThan(figures.reservedUsd.value);
      expect(figures.reservedUsd.value, name).toBeLessThan(figures.onDemandUsd.value);
    }
  });

  it('become the defaults of a pool', () => {
    expect(defaults('h100-sxm')).toMatchObject({
      gpusPerNode: 8,
      memoryBytesPerGpu: 80 * 1024 ** 3,
      priceUsdPerGpuHour: 49.24 / 8,
      spotUsdPerGpuHour: 19.71 / 8,
      nicBytesPerS: 50e9,
      nvlinkBytesPerS: 450e9,
      pcieBytesPerS: 64e9,
      provisionS: 120,
      repairS: 4 * 3600,
    });
    expect(defaults('cpu')).toMatchObject({ gpusPerNode: 192, nicBytesPerS: null, nvlinkBytesPerS: null });
  });

  it('fail as often as was counted: 3.8 H100 nodes and 6.5 A100 nodes in 1,000 node-days', () => {
    expect((1000 * DAY_S) / defaults('h100-sxm').mtbfS).toBeCloseTo(3.79, 2);
    expect((1000 * DAY_S) / defaults('a100-sxm-80').mtbfS).toBeCloseTo(6.5, 9);
    // Half as many GPUs in a node, half as many failures.
    expect(defaults('gb200').mtbfS).toBeCloseTo(2 * defaults('h100-sxm').mtbfS, 3);
  });
});

describe('names', () => {
  it('belong to one profile each', () => {
    const all = Object.values(PROFILE_NAMES).flat();
    expect(new Set(all).size).toBe(all.length);
    for (const name of PROFILE_NAMES.hardware) expect(hardwareProfile(name)!.name).toBe(name);
    for (const name of PROFILE_NAMES.model) expect(modelProfile(name)!.name).toBe(name);
    for (const name of PROFILE_NAMES.serving) expect(servingProfile(name)!.name).toBe(name);
  });

  it('that do not exist give nothing', () => {
    expect(hardwareProfile('h100')).toBeUndefined();
    expect(servingProfile('llama-3-70b')).toBeUndefined();
    expect(modelProfile('toString')).toBeUndefined();
  });
});
