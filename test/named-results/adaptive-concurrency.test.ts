/**
 * Adaptive limits find, within a tenth, the goodput of the best fixed limit of each period: before, during and after
 * a service is half as fast, at three quarters of its capacity and at a fifth above it. The limit matters, since those
 * who wait inside the service too long give up and leave what has been done for them undone. The best fixed limit is
 * searched anew for each period, so no fixed limit need be the best in all three.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { State } from '../../src/model/life-cycle.js';
import type { CompiledScenario } from '../../src/scenario/compile.js';
import { startRun } from '../../src/simulation/simulate.js';
import { loadScenario } from '../../src/traces/load-scenario.js';
import { interval } from '../validation/verdict.js';

/** The first two minutes belong to the empty system, in which every limit begins. */
const PERIODS = [
  { name: 'before', fromS: 120, toS: 1200 },
  { name: 'during', fromS: 1200, toS: 2400 },
  { name: 'after', fromS: 2400, toS: 3600 },
] as const;
const SWEEP = [15, 30, 40, 55, 75, 200];
const REPLICATIONS = 3;

const load = async (
  rateHz: number,
  variant?: string,
  set: readonly string[] = [],
): Promise<CompiledScenario> => {
  const path = join(import.meta.dirname, '../../scenarios/adaptive-concurrency.yaml');
  const rateIs = `workloads.agents.arrival.rate=${rateHz}`;
  return (await loadScenario(path, { variant, set: [rateIs, ...set] })).compiled;
};

/** Calls answered per second in each period; those given up are not. */
function goodputsHz({ system, policies, seed }: CompiledScenario, replication: number): number[] {
  const answered = PERIODS.map(() => 0);
  const run = startRun(system, policies, `${seed}/${replication}`, {
    warmupS: 0,
    listener: (_task, _from, to, nowS) => {
      if (to !== State.completed) return;
      for (const [i, { fromS, toS }] of PERIODS.entries()) if (nowS >= fromS && nowS < toS) answered[i]!++;
    },
  });
  while (!run.advance(1_000_000));
  return PERIODS.map(({ fromS, toS }, i) => answered[i]! / (toS - fromS));
}

/** What can be answered: what comes, or 40 calls at a time of 2 s, and of 4 s meanwhile. No limit does better. */
const mostHz = (rateHz: number): number[] => [20, 10, 20].map((capacityHz) => Math.min(rateHz, capacityHz));

/** Fixed limits by limit, then period. */
const fixedHz = new Map<number, number[]>();
const bestHz = (period: number): number => Math.max(...[...fixedHz.values()].map((hz) => hz[period]!));

beforeAll(async () => {
  for (const limit of SWEEP) {
    const set = [`variants.fixed.concurrency.limit=${limit}`];
    fixedHz.set(limit, goodputsHz(await load(15, 'fixed', set), 0));
  }
});

test('the limit matters: too low costs half of the goodput in every period, too high in the brown-out', () => {
  for (const [period, hz] of mostHz(15).entries()) {
    // The best of the sweep is about all that can be had.
    expect(bestHz(period) / hz).toBeGreaterThan(0.97);
    expect(bestHz(period) / hz).toBeLessThan(1.03);
    expect(fixedHz.get(15)![period]).toBeLessThan(0.55 * hz);
  }
  expect(fixedHz.get(200)![1]).toBeLessThan(0.5 * bestHz(1));
});

describe.each(['aimd', 'gradient2', 'vegas'])('%s', (policy) => {
  const goodputs = async (rateHz: number) => {
    const compiled = await load(rateHz, policy === 'aimd' ? undefined : policy);
    expect(compiled.policyUses.find(({ point }) => point === 'concurrency')?.policy).toBe(policy);
    const runs = Array.from({ length: REPLICATIONS }, (_, i) => goodputsHz(compiled, i));
    return PERIODS.map((_, period) => interval(runs.map((hz) => hz[period]!)));
  };

  test('at three quarters of the capacity it comes within a tenth of the best limit of the sweep', async () => {
    for (const [period, { mean, halfWidth }] of (await goodputs(15)).entries())
      expect(mean - halfWidth, PERIODS[period]!.name).toBeGreaterThan(0.9 * bestHz(period));
  });

  test('at a fifth above the capacity it comes within a tenth of what any limit could do', async () => {
    for (const [period, { mean, halfWidth }] of (await goodputs(24)).entries())
      expect(mean - halfWidth, PERIODS[period]!.name).toBeGreaterThan(0.9 * mostHz(24)[period]!);
  });
});

test('Gradient2 as it comes gets used to the queue that it makes: most calls of the brown-out are given up', async () => {
  const [, during] = goodputsHz(await load(15, 'defaults'), 0);
  expect(during).toBeLessThan(0.5 * bestHz(1));
});
