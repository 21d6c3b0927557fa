/** How many servers: the plan against Erlang's formulas (Gross, Shortle, Thompson & Harris 2008, 2.3). */
import { describe, expect, test } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import type { Evaluator, SloTarget } from '../../../src/experiment/plan/evaluator.js';
import type { LookRule } from '../../../src/experiment/plan/judge.js';
import { Ledger } from '../../../src/experiment/plan/ledger.js';
import { DEFAULT_RULE } from '../../../src/experiment/plan/plan.js';
import { Search } from '../../../src/experiment/plan/search.js';
import { SimulatedEvaluator } from '../../../src/experiment/plan/simulated.js';
import { Space } from '../../../src/experiment/plan/space.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';
import { mmc } from '../../theory/mmc.js';
import { queueText } from './queue.js';
import { NoisyEvaluator } from './synthetic.js';

const TARGETS = {
  'mean wait': (queue: ReturnType<typeof mmc>) => queue.meanWaitS,
  'p95 wait': (queue: ReturnType<typeof mmc>) => queue.waitQuantileS(0.95),
  'delay probability': (queue: ReturnType<typeof mmc>) => queue.pWait,
};
type Target = keyof typeof TARGETS;

const METRICS: { readonly [target in Target]: string } = {
  'mean wait': 'stages.counter.wait_s.mean',
  'p95 wait': 'stages.counter.wait_s.p95',
  'delay probability': 'stages.counter.waited_fraction',
};

/** Without enough servers the queue only grows. */
const valueAt = (target: Target, servers: number, erlangs: number): number =>
  servers <= erlangs
    ? target === 'delay probability'
      ? 1
      : Number.POSITIVE_INFINITY
    : TARGETS[target](mmc(erlangs, 1, servers));

/** A load, and a threshold between the values at the right number of servers and at one fewer. */
function caseOf(name: string, closeness: number) {
  const random = new StreamFactory(name).stream('case');
  const targets = Object.keys(TARGETS) as Target[];
  const target = targets[Math.floor(random.next() * targets.length)]!;
  const erlangs = 0.5 + random.next() * 11;
  const least = Math.ceil(erlangs / 0.93);
  let servers = least + Math.floor(random.next() * 4);
  // With enough servers nobody in twenty waits at all: no threshold lies below that.
  while (servers > least && valueAt(target, servers - 1, erlangs) < 1e-2) servers--;
  const below = valueAt(target, servers, erlangs);
  const above = Math.min(valueAt(target, servers - 1, erlangs), 3 * below + 0.01);
  return { target, erlangs, servers, threshold: below + (above - below) * closeness };
}

const planOf = (evaluator: Evaluator, rule: LookRule) =>
  new Search(
    { space: new Space([{ min: 1, max: 20 }], 1), cost: ({ nodes }) => nodes[0]!, spares: 0, load: 1 },
    new Ledger(evaluator, rule),
    (candidates) => Promise.resolve(candidates[0]!),
  ).run();

const sloOf = (target: Target, threshold: number): SloTarget => ({
  name: target,
  metric: METRICS[target],
  comparison: 'at_most',
  threshold,
  withNodes: 'easier',
});

describe('M/M/c', () => {
  test('the number of servers is right in 300 cases with noise, near ties among them', async () => {
    const rule = { confidence: 0.9999, firstReplications: 4, maxReplications: 8192 };
    for (let index = 0; index < 300; index++) {
      // A threshold a fiftieth of the way from one value to the other is a near tie.
      const closeness = [0.5, 0.2, 0.8, 0.02, 0.98][index % 5]!;
      const { target, erlangs, servers, threshold } = caseOf(`exact-${index}`, closeness);
      const evaluator = new NoisyEvaluator({
        slos: [sloOf(target, threshold)],
        means: ({ nodes }) => [Math.min(1e6, valueAt(target, nodes[0]!, erlangs))],
        cv: 0.05,
        seed: `noise-${index}`,
      });
      const found = await planOf(evaluator, rule);
      expect(found?.candidate.nodes, `case ${index}: ${target} at ${erlangs} erlangs`).toEqual([servers]);
    }
  });

  test('the number of servers is right in 24 simulated cases', async () => {
    const loader = createSetupLoader();
    const space = {
      pools: [{ pool: 'server', path: 'pools.server.nodes' }],
      settings: [{ set: [] }],
      baseLoad: 1,
    };
    const p99 = { name: 'total.latency_s.p99', keys: ['total', 'latency_s', 'p99'] };
    for (let index = 0; index < 24; index++) {
      const { target, erlangs, servers, threshold } = caseOf(`engine-${index}`, 0.5);
      const setup = await loader({
        scenario: queueText(erlangs, 3000, [{ metric: METRICS[target], atMost: threshold }]),
        variant: null,
        set: [],
      });
      const source = { loader, source: new ThisThread(), seed: `plan-${index}` };
      const evaluator = new SimulatedEvaluator(setup, space, p99, p99, source);
      const found = await planOf(evaluator, DEFAULT_RULE);
      expect(found?.candidate.nodes, `case ${index}: ${target} at ${erlangs} erlangs`).toEqual([servers]);
    }
  }, 300_000);
});
