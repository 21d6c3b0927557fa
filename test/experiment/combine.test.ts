import { describe, expect, it } from 'vitest';
import { combine } from '../../src/experiment/combine.js';
import type { RunMeasures } from '../../src/metrics/measures.js';
import { resultDocument } from '../fixtures/result.js';

const { runs } = resultDocument({ replications: 3 });

describe('combine', () => {
  it('keeps the tree and its order, with an estimate at every leaf', () => {
    const combined = combine(runs);
    expect(Object.keys(combined)).toEqual(Object.keys(runs[0]!));
    expect(Object.keys(combined.workloads)).toEqual(Object.keys(runs[0]!.workloads));
    const p99 = runs.map((run) => run.workloads.chat!.latency_s.p99);
    expect(combined.workloads.chat!.latency_s.p99.mean).toBeCloseTo((p99[0]! + p99[1]! + p99[2]!) / 3, 12);
    expect(combined.window_s).toEqual({ mean: 7200, ci_low: 7200, ci_high: 7200 });
  });

  it('refuses runs of different shape', () => {
    const other = structuredClone(runs[1]!);
    delete other.pools.h100;
    expect(() => combine([runs[0]!, other])).toThrow(/pools/);
    const renamed = structuredClone(runs[1]!);
    renamed.pools.h200 = renamed.pools.h100!;
    delete renamed.pools.h100;
    expect(() => combine([runs[0]!, renamed])).toThrow('pools.h100 is missing');
  });

  it('takes a figure of a policy from the runs that have it', () => {
    const policies = [{ decided_at_s: 10, checks: 2 }, { checks: 4 }, { decided_at_s: 20, checks: 3 }];
    const combined = combine(
      runs.map((run, index) => ({ ...run, policies: { 'rollout/mine': policies[index]! } })),
    );
    expect(combined.policies['rollout/mine']!.decided_at_s!.mean).toBe(15);
    expect(combined.policies['rollout/mine']!.checks!.mean).toBe(3);
  });

  it('refuses a measure that JSON cannot hold, by its name', () => {
    const broken: RunMeasures = structuredClone(runs[0]!);
    broken.stages.inference!.wait_s.mean = Number.NaN;
    expect(() => combine([broken])).toThrow('measure stages.inference.wait_s.mean is NaN');
  });

  it('refuses to combine nothing', () => {
    expect(() => combine([])).toThrow('no replication is finished');
  });
});
