/** Plans of shipped scenarios, shortened, against trying everything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import type { PlanDocument } from '../../../src/experiment/plan/document.js';
import { isImpossible } from '../../../src/experiment/plan/evaluator.js';
import { planPools, priceOf } from '../../../src/experiment/plan/fleet-space.js';
import { judgeLook } from '../../../src/experiment/plan/judge.js';
import { type PlanSpec, plan } from '../../../src/experiment/plan/plan.js';
import { type Assignments, SimulatedEvaluator } from '../../../src/experiment/plan/simulated.js';
import { Space } from '../../../src/experiment/plan/space.js';
import type { Setup } from '../../../src/experiment/run-source.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';
import { queueText } from './queue.js';

const loader = createSetupLoader();
const from = () => ({ loader, source: new ThisThread(), seed: 'plan' });

const shipped = (name: string, set: readonly string[]): Promise<Setup> =>
  loader({
    scenario: { name, text: readFileSync(join('scenarios', `${name}.yaml`), 'utf8'), folder: 'scenarios' },
    variant: null,
    set,
  });

const RULE = { confidence: 0.95, firstReplications: 4, maxReplications: 16 };

const upTo = (max: number, ...names: string[]): PlanSpec => ({
  pools: names.map((name) => ({ name, min: 1, max })),
  rule: RULE,
});

/** Every candidate with as many replications as the plan's hardest decision took; prices by pool. */
async function exhaustive(
  setup: Setup,
  { work, space: { pools, settings } }: PlanDocument,
  usdPerNodeHour: readonly number[],
) {
  const replications = work.exhaustive.runs / work.exhaustive.candidates;
  const assignments = settings.map(
    ({ values: { policy } }): Assignments => ({
      variant: policy === undefined || policy === 'base' ? null : policy,
      set: [],
    }),
  );
  const p99 = { name: 'total.latency_s.p99', keys: ['total', 'latency_s', 'p99'] };
  const evaluator = new SimulatedEvaluator(
    setup,
    { pools: pools.map(({ name, path }) => ({ pool: name, path })), settings: assignments, baseLoad: 1 },
    p99,
    p99,
    from(),
  );
  const space = new Space(
    pools.map(({ min_nodes, max_nodes }) => ({ min: min_nodes, max: max_nodes })),
    settings.length,
  );
  let events = 0;
  let cheapest = Number.POSITIVE_INFINITY;
  for (let fleet = 0; fleet < space.fleetCount; fleet++)
    for (const setting of settings.keys()) {
      const nodes = space.nodesAt(fleet);
      const answer = await evaluator.look({ nodes, setting, load: 1 }, replications, '');
      if (isImpossible(answer)) continue;
      events += answer.events.reduce((sum, count) => sum + count, 0);
      const cost = nodes.reduce((sum, count, pool) => sum + count * usdPerNodeHour[pool]!, 0);
      const isMet = judgeLook(evaluator.slos, answer, replications, 0.05).decision === 'met';
      if (isMet && cost < cheapest) cheapest = cost;
    }
  return { events, cheapest };
}

describe('the answer is that of trying everything, at a fifth of the work or less', () => {
  test('quick start: one pool and two policy sets', async () => {
    const setup = await shipped('quick-start', ['run.duration=10min', 'run.warmup=2min', 'run.load=1.5']);
    const spec = { ...upTo(12, 'gpus'), controls: [{ path: 'policy', values: ['base', 'priority'] }] };
    const document = await plan(setup, spec, from());
    const all = await exhaustive(setup, document, [24]);
    expect(document.answer?.cost_usd_per_hour).toBe(all.cheapest);
    expect(document.work.search.events).toBeLessThanOrEqual(all.events / 5);
  }, 300_000);

  test('disaggregation: prefill and decode, two pools of LLM servers', async () => {
    const setup = await shipped('disaggregation', ['run.duration=1min', 'run.warmup=10s']);
    const document = await plan(setup, upTo(6, 'prefill', 'decode'), from());
    const all = await exhaustive(setup, document, [24, 24]);
    // What the other pool costs is the same for all.
    const others = document.answer!.cost_usd_per_hour - 24 * sumOf(document.answer!.nodes);
    expect(document.answer!.cost_usd_per_hour - others).toBe(all.cheapest);
    expect(document.work.search.events).toBeLessThanOrEqual(all.events / 5);
  }, 300_000);
});

const sumOf = (nodes: Readonly<Record<string, number>>): number =>
  Object.values(nodes).reduce((sum, count) => sum + count, 0);

describe('the document', () => {
  let setup: Setup;
  let document: PlanDocument;
  const spec = { ...upTo(12, 'server'), growth: { ratePerMonth: 0.1, months: 12 } };

  beforeAll(async () => {
    const scenario = queueText(5, 400, [{ metric: 'stages.counter.wait_s.mean', atMost: 0.3 }]);
    setup = await loader({ scenario, variant: null, set: [] });
    document = await plan(setup, spec, from());
  }, 120_000);

  test('says what was asked, in plain JSON that is the same every time', async () => {
    const again = await plan(setup, spec, from());
    expect(JSON.stringify(again)).toBe(JSON.stringify(document));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document.scenario.name).toBe('M/M/c');
    expect(document.space.pools[0]?.usd_per_node_hour).toBe(2);
  });

  test('bills what the configuration costs, where nodes neither come nor go', () => {
    const { cost_usd_per_hour, billed_usd_per_hour } = document.answer!;
    expect(billed_usd_per_hour.mean).toBeCloseTo(cost_usd_per_hour, 6);
  });

  test('a fleet that a gang does not fit on cannot run, and is no answer', async () => {
    const gangs = await shipped('training-beside-inference', ['run.duration=12h', 'run.warmup=0']);
    const { answer, candidates } = await plan(gangs, upTo(8, 'fleet'), from());
    expect(answer?.nodes.fleet).toBeGreaterThanOrEqual(4);
    // Gangs of 32 GPUs need four nodes of eight.
    for (const { nodes, status } of candidates) expect(status === 'impossible').toBe(nodes.fleet! < 4);
    await expect(plan(gangs, upTo(3, 'fleet'), from())).rejects.toThrow(/32/);
  });

  test('mistakes are told before anything runs', async () => {
    const path = 'policies.ordering';
    await expect(
      plan(setup, { ...spec, controls: [{ path, values: ['nonsense'] }] }, from()),
    ).rejects.toThrow(/nonsense/);
    await expect(
      plan(setup, { ...spec, objective: { metric: 'total.latency_s.p98', goal: 'minimise' } }, from()),
    ).rejects.toThrow(/p98/);
    const named = (name: string) => plan(setup, { pools: [{ name, min: 1, max: 12 }] }, from());
    await expect(named('servers')).rejects.toThrow(/did you mean server/);
    await expect(named('counter')).rejects.toThrow(/there is no pool counter/);
    await expect(plan(setup, { ...spec, spares: 12 }, from())).rejects.toThrow(/nothing to spare/);
    await expect(plan(setup, { ...spec, controls: [{ path, values: [] }] }, from())).rejects.toThrow(
      /no values/,
    );
  });

  test('without bounds every pool is planned, up to four times what there is', async () => {
    const { space } = await plan(setup, { rule: RULE }, from());
    expect(space.pools.map(({ name, min_nodes, max_nodes }) => [name, min_nodes, max_nodes])).toEqual([
      ['server', 1, 8],
    ]);
  });

  test('run.load of the scenario counts: twice the load is planned for', async () => {
    const doubled = await loader({ ...setup.ref, set: ['run.load=2'] });
    const { answer } = await plan(doubled, spec, from());
    expect(answer!.nodes.server).toBeGreaterThan(document.answer!.nodes.server!);
    expect(answer!.nodes.server).toBe((await plan(setup, { ...spec, load: 2 }, from())).answer!.nodes.server);
  });

  test('a pool that is scaled is planned by the most nodes that it may order', async () => {
    const scaled = await shipped('autoscaling', ['run.duration=3h', 'run.warmup=0']);
    expect(planPools(scaled, null)).toEqual([
      { name: 'gpus', pool: 'gpus', path: 'pools.gpus.scaling.max', min: 2, max: 56, nodes: 14 },
    ]);
    // Two reserved for $1.90, six more on demand for $3, eight GPUs each.
    expect(priceOf(scaled)({ 'pools.gpus.scaling.max': 8 })).toBeCloseTo(8 * (2 * 1.9 + 6 * 3), 9);
  });
});
