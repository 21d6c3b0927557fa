/** Plans of shipped scenarios, shortened, against trying everything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import type { PlanDocument } from '../../../src/experiment/plan/document.js';
import { isImpossible } from '../../../src/experiment/plan/evaluator.js';
import { judgeLook } from '../../../src/experiment/plan/judge.js';
import { type PlanSpec, plan } from '../../../src/experiment/plan/plan.js';
import { type Assignments, SimulatedEvaluator } from '../../../src/experiment/plan/simulated.js';
import { Space } from '../../../src/experiment/plan/space.js';
import type { Setup } from '../../../src/experiment/run-source.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

const loader = createSetupLoader();
const from = () => ({ loader, source: new ThisThread(), seed: 'plan' });

const shipped = (name: string, set: readonly string[]): Promise<Setup> =>
  loader({
    scenario: { name, text: readFileSync(join('scenarios', `${name}.yaml`), 'utf8'), folder: 'scenarios' },
    variant: null,
    set,
  });

function poolOf(pool: string, max: number, price: number) {
  const path = `pools.${pool}.nodes`;
  return { pools: { name: pool, pool, path, min: 1, max, nodes: 1 }, path, price };
}

function specOf(pools: readonly ReturnType<typeof poolOf>[], policies: readonly string[] = []): PlanSpec {
  return {
    pools: pools.map((pool) => pool.pools),
    controls: policies.length === 0 ? [] : [{ path: 'policy', values: policies }],
    usdPerHour: (nodes) => pools.reduce((sum, { path, price }) => sum + nodes[path]! * price, 0),
    rule: { confidence: 0.95, firstReplications: 4, maxReplications: 32 },
  };
}

/** Every candidate with as many replications as the plan's hardest decision took. */
async function exhaustive(setup: Setup, spec: PlanSpec, document: PlanDocument) {
  const replications = document.work.exhaustive.runs / document.work.exhaustive.candidates;
  const policies = spec.controls[0]?.values ?? ['base'];
  const settings = policies.map(
    (policy): Assignments => ({ variant: policy === 'base' ? null : policy, set: [] }),
  );
  const p99 = { name: 'total.latency_s.p99', keys: ['total', 'latency_s', 'p99'] };
  const evaluator = new SimulatedEvaluator(
    setup,
    { pools: spec.pools, settings, baseLoad: 1 },
    p99,
    p99,
    from(),
  );
  const space = new Space(spec.pools, settings.length);
  let events = 0;
  let cheapest: { nodes: Record<string, number>; cost: number } | null = null;
  for (let fleet = 0; fleet < space.fleetCount; fleet++)
    for (const setting of settings.keys()) {
      const nodes = space.nodesAt(fleet);
      const answer = await evaluator.look({ nodes, setting, load: 1 }, replications, '');
      if (isImpossible(answer)) continue;
      events += answer.events.reduce((sum, count) => sum + count, 0);
      if (judgeLook(evaluator.slos, answer, replications, 0.05).decision !== 'met') continue;
      const cost = spec.usdPerHour(
        Object.fromEntries(spec.pools.map(({ path }, pool) => [path, nodes[pool]!])),
      );
      const named = Object.fromEntries(spec.pools.map(({ name }, pool) => [name, nodes[pool]!]));
      if (cheapest === null || cost < cheapest.cost) cheapest = { nodes: named, cost };
    }
  return { events, cheapest };
}

describe('the answer is that of trying everything, at a fifth of the work or less', () => {
  test('quick start: one pool and two policy sets', async () => {
    const setup = await shipped('quick-start', ['run.duration=30min', 'run.warmup=5min']);
    const spec = specOf([poolOf('gpus', 16, 24)], ['base', 'priority']);
    const document = await plan(setup, spec, from());
    const all = await exhaustive(setup, spec, document);
    expect(document.answer?.nodes).toEqual(all.cheapest?.nodes);
    expect(document.work.search.events).toBeLessThanOrEqual(all.events / 5);
  }, 300_000);

  test('disaggregation: three pools of LLM servers', async () => {
    const setup = await shipped('disaggregation', ['run.duration=90s', 'run.warmup=15s']);
    const spec = specOf([poolOf('together', 4, 48), poolOf('prefill', 4, 24), poolOf('decode', 4, 24)]);
    const document = await plan(setup, spec, from());
    const all = await exhaustive(setup, spec, document);
    expect(document.answer?.nodes).toEqual(all.cheapest?.nodes);
    expect(document.work.search.events).toBeLessThanOrEqual(all.events / 5);
  }, 300_000);
});

describe('the document', () => {
  let setup: Setup;
  let document: PlanDocument;
  const spec = specOf([poolOf('gpus', 4, 24)]);

  beforeAll(async () => {
    setup = await shipped('quick-start', ['run.duration=30min', 'run.warmup=5min']);
    document = await plan(setup, { ...spec, growth: { ratePerMonth: 0.1, months: 12 } }, from());
  });

  test('says what was asked, in plain JSON that is the same every time', async () => {
    const again = await plan(setup, { ...spec, growth: { ratePerMonth: 0.1, months: 12 } }, from());
    expect(JSON.stringify(again)).toBe(JSON.stringify(document));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document.scenario.name).toBe('quick start');
    expect(document.space.pools[0]?.usd_per_node_hour).toBe(24);
  });

  test('bills what the configuration costs, where nodes neither come nor go', () => {
    const { cost_usd_per_hour, billed_usd_per_hour } = document.answer!;
    expect(billed_usd_per_hour.mean).toBeCloseTo(cost_usd_per_hour, 6);
  });

  test('a fleet that a gang does not fit on cannot run, and is no answer', async () => {
    const gangs = await shipped('training-beside-inference', ['run.duration=1d', 'run.warmup=0']);
    const { answer, candidates } = await plan(gangs, specOf([poolOf('fleet', 8, 24)]), from());
    expect(answer?.nodes['fleet']).toBeGreaterThanOrEqual(4);
    // Gangs of 32 GPUs need four nodes of eight.
    for (const { nodes, status } of candidates) expect(status === 'impossible').toBe(nodes['fleet']! < 4);
    await expect(plan(gangs, specOf([poolOf('fleet', 3, 24)]), from())).rejects.toThrow(/32/);
  });

  test('mistakes are told before anything runs', async () => {
    const path = 'policies.ordering';
    await expect(
      plan(setup, { ...spec, controls: [{ path, values: ['nonsense'] }] }, from()),
    ).rejects.toThrow(/nonsense/);
    await expect(
      plan(setup, { ...spec, objective: { metric: 'total.latency_s.p98', goal: 'minimise' } }, from()),
    ).rejects.toThrow(/p98/);
    await expect(plan(setup, { ...spec, spares: 4 }, from())).rejects.toThrow(/nothing to spare/);
    await expect(plan(setup, { ...spec, controls: [{ path, values: [] }] }, from())).rejects.toThrow(
      /no values/,
    );
  });
});
