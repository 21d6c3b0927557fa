/** What common random numbers save on a shipped scenario; `docs/commands/compare.md` has the figures of all. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import { compare } from '../../../src/experiment/compare/compare.js';
import type { RunSource } from '../../../src/experiment/run-source.js';
import { readScenarioText } from '../../../src/traces/load-scenario.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

const METRICS = ['total.latency_s.p99', 'total.goodput_hz'];
const FILE = fileURLToPath(new URL('../../../scenarios/quick-start.yaml', import.meta.url));

const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
};

it('the quick start with priorities: at least 5 times fewer runs than on independent seeds, as they really are', async () => {
  const load = createSetupLoader();
  const scenario = await readScenarioText(FILE);
  const [base, priority] = [
    await load({ scenario, variant: null, set: [] }),
    await load({ scenario, variant: 'priority', set: [] }),
  ];
  const named = [
    { name: 'base', setup: base },
    { name: 'priority', setup: priority },
  ];
  const thread = new ThisThread();
  const independent: RunSource = {
    parallelism: 1,
    ask: (request) =>
      thread.ask(request.setup === priority ? { ...request, seed: `independent/${request.seed}` } : request),
  };
  const options = { metrics: METRICS, replications: 20 };
  const common = await compare(named, thread, options);
  const apart = await compare(named, independent, options);
  for (const [i, { runs, differences }] of common.metrics.entries()) {
    const told = differences[0]!.variance_reduction!;
    expect(told).toBeGreaterThan(5);
    const differencesOf = (pairs: typeof runs) =>
      pairs.priority!.map((value, pair) => value - pairs.base![pair]!);
    const really = variance(differencesOf(apart.metrics[i]!.runs)) / variance(differencesOf(runs));
    expect(really).toBeGreaterThan(5);
    // Both are ratios of variances from 20 values each.
    expect(really / told).toBeGreaterThan(1 / 3);
    expect(really / told).toBeLessThan(3);
  }
});
