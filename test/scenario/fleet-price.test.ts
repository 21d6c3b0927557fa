/** The price of a fleet by its configuration, against bills of runs and sums by hand; and what a planner may vary. */
import { describe, expect, test } from 'vitest';
import { compileObject, compileScenario } from '../../src/scenario/compile.js';
import { fleetOf, fleetUsdPerHour } from '../../src/scenario/fleet-price.js';
import { documentOf } from '../../src/scenario/object-document.js';
import { applyOverride } from '../../src/scenario/override.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { simulate } from '../../src/simulation/simulate.js';

const RUN = { duration: '10h' };
const CHAT = { process: 'poisson', rate: '1/min' };

/** Pools in mode slots, each with a stage of its own in one workflow. */
function scenario(pools: Record<string, object>, more: object = {}) {
  const names = Object.keys(pools);
  return {
    version: 1,
    name: 'fleet',
    run: RUN,
    pools,
    stages: Object.fromEntries(names.map((pool) => [`at-${pool}`, { pool }])),
    workloads: {
      chat: { arrival: CHAT, workflow: names.map((pool) => ({ stage: `at-${pool}`, work: '1s' })) },
    },
    ...more,
  };
}

const fleet = (given: object, variant?: string) =>
  fleetOf(compileObject(given, { variant }), documentOf(given));

function billUsdPerHour(given: object): number {
  const { system, policies } = compileObject(given);
  const { measures } = simulate(system, policies, 'seed', { warmupS: 0 });
  return measures.cost.total_usd / (measures.window_s / 3600);
}

const SERVING = {
  stages: { model: { pool: 'llm' } },
  workloads: {
    chat: {
      arrival: CHAT,
      promptTokens: 100,
      outputTokens: 50,
      workflow: [{ stage: 'model' }],
    },
  },
};
const llm = (pool: object) =>
  scenario({ llm: { mode: 'batching', serving: { profile: 'llama-2-70b-h100-tp4' }, ...pool } }, SERVING);

const FLEETS: Record<string, readonly [object, number]> = {
  // 3 nodes × 8 GPUs × $2.50.
  'on demand': [scenario({ gpu: { nodes: 3, gpusPerNode: 8, price: 2.5 } }), 60],
  'without a price': [scenario({ gpu: { nodes: 3, gpusPerNode: 8 } }), 0],
  // 2 reserved × 4 × $1, 1 spot × 4 × $0.5, 2 on demand × 4 × $2.
  'reserved, spot and on demand': [
    scenario({
      gpu: {
        nodes: 5,
        gpusPerNode: 4,
        price: 2,
        reserved: { nodes: 2, price: 1 },
        spot: { nodes: 1, price: 0.5 },
      },
    }),
    26,
  ],
  // 4 reserved × $1, though there are 3 nodes.
  'more reserved than there are': [
    scenario({ gpu: { nodes: 3, price: 2, reserved: { nodes: 4, price: 1 } } }),
    4,
  ],
  // All of the 3 that are not reserved, at $0.5.
  'spot without a bound': [
    scenario({ gpu: { nodes: 4, price: 2, reserved: { nodes: 1, price: 1 }, spot: { price: 0.5 } } }),
    2.5,
  ],
  // 2 × 8 × $3 + 5 × 4 × $1, and the tools' 1 × $0.4.
  'groups and another pool': [
    scenario({
      gpu: {
        price: 1,
        groups: { new: { nodes: 2, gpusPerNode: 8, price: 3 }, old: { nodes: 5, gpusPerNode: 4 } },
      },
      tools: { price: 0.4 },
    }),
    68.4,
  ],
  // Two machines of 8 GPUs, each with 2 replicas of 4 GPUs: all 16 GPUs are paid for.
  'machines of LLM servers': [llm({ nodes: 2, price: 3 }), 48],
  // One of the four replicas reserved: 4 × $1 + 12 × $3.
  'reserved replicas': [llm({ nodes: 2, price: 3, reserved: { nodes: 1, price: 1 } }), 40],
};

describe('the price of a fleet is that of the sum by hand, and of the bill of a run', () => {
  test.each(Object.entries(FLEETS))('%s', (_, [given, usd]) => {
    const { least, most } = fleetUsdPerHour(fleet(given));
    expect(least).toBeCloseTo(usd, 9);
    expect(most).toBe(least);
    expect(billUsdPerHour(given)).toBeCloseTo(usd, 6);
  });
});

describe('each number that may be varied', () => {
  const priced = Object.entries(FLEETS).flatMap(([what, [given]]) =>
    fleet(given).flatMap(({ counts }) => counts.map((count) => ({ what, given, count }))),
  );

  test.each(priced)('$what: $count.path', ({ given, count }) => {
    for (const nodes of [count.nodes, 1, count.nodes + 3]) {
      const document = applyOverride(documentOf(given), `${count.path}=${nodes}`);
      const compiled = compileScenario(document);
      const direct = fleetUsdPerHour(fleetOf(compiled, document));
      // What is chosen costs what it costs when it is written.
      expect(fleetUsdPerHour(fleet(given), { [count.path]: nodes })).toEqual(direct);
      expect(
        fleetOf(compiled, document)
          .flatMap(({ counts }) => counts)
          .map(({ nodes: n }) => n),
      ).toContain(nodes);
    }
  });

  test('is named by its path, with machines of LLM servers counted as machines', () => {
    const paths = (given: object) =>
      fleet(given).flatMap(({ counts }) =>
        counts.map(({ path, group, nodes, gpusPerNode }) => [path, group, nodes, gpusPerNode]),
      );
    expect(paths(FLEETS['groups and another pool']![0])).toEqual([
      ['pools.gpu.groups.new.nodes', 'new', 2, 8],
      ['pools.gpu.groups.old.nodes', 'old', 5, 4],
      ['pools.tools.nodes', null, 1, 1],
    ]);
    expect(paths(FLEETS['machines of LLM servers']![0])).toEqual([['pools.llm.nodes', null, 2, 8]]);
    expect(paths(scenario({ gpu: { groups: { gpu: { nodes: 2 } } } }))).toEqual([
      ['pools.gpu.groups.gpu.nodes', 'gpu', 2, 1],
    ]);
  });

  test('may be as large as the scenario allows, and no larger', () => {
    const given = scenario({ gpu: { nodes: 3, gpusPerNode: 8, slotsPerGpu: 5 } });
    const { most } = fleet(given)[0]!.counts[0]!;
    expect(most).toBe(25_000);
    const at = (nodes: number) =>
      compileScenario(applyOverride(documentOf(given), `pools.gpu.nodes=${nodes}`));
    expect(() => at(most)).not.toThrow();
    expect(() => at(most + 1)).toThrow(ScenarioError);
  });

  test('stays within the bounds of scaling though no policy scales', () => {
    const given = scenario({
      gpu: { groups: { old: { nodes: 2 }, new: { nodes: 3 } }, scaling: { min: 4, max: 8, group: 'new' } },
    });
    const [pool] = fleet(given);
    expect(pool!.kind).toBe('fixed');
    expect(pool!.counts.map(({ least, most }) => [least, most])).toEqual([
      [1, 5],
      [2, 6],
    ]);
  });
});

describe('a pool that a policy scales', () => {
  const given = scenario(
    {
      gpu: {
        price: 2,
        gpusPerNode: 4,
        groups: { old: { nodes: 1, price: 1 }, new: { nodes: 2, reserved: { nodes: 1, price: 1.5 } } },
        scaling: { min: 2, max: 6, group: 'new' },
      },
    },
    { policies: { scaling: 'reactive' }, variants: { fixed: { scaling: 'none' } } },
  );

  test('has its bounds, where their numbers stand, and the price at both', () => {
    const [pool] = fleet(given);
    expect(pool).toMatchObject({
      kind: 'scaled',
      counts: [],
      scaled: {
        unit: 'nodes',
        least: 2,
        most: 6,
        leastPath: 'pools.gpu.scaling.min',
        mostPath: 'pools.gpu.scaling.max',
      },
    });
    expect(pool!.whyNot).toMatch(/a scaling policy decides/);
    // The old node 4 × $1; of the new ones one is reserved, 4 × $1.5, the others 4 × $2 each: 1 and 5 of them.
    expect(pool!.usdPerHour).toEqual({ least: 10, most: 42 });
    expect(fleetUsdPerHour([pool!], { 'pools.gpu.scaling.max': 4 })).toEqual({ least: 10, most: 26 });
  });

  test('costs between the two in a run', () => {
    const usd = billUsdPerHour(given);
    expect(usd).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(usd).toBeLessThanOrEqual(42 + 1e-9);
  });

  test('is a fixed one in a variant without scaling', () => {
    const [pool] = fleet(given, 'fixed');
    expect([pool!.kind, pool!.scaled, pool!.counts.length]).toEqual(['fixed', null, 2]);
    expect(pool!.usdPerHour).toEqual({ least: 18, most: 18 });
  });
});

test('a pool with a node list is priced, but has no number to vary, and says why', () => {
  const given = scenario({ gpu: { nodeList: { file: 'nodes.csv', columns: { gpus: 'gpu' } }, price: 2 } });
  const nodeLists = new Map([
    [
      'gpu',
      {
        kinds: [
          { nodes: 2, gpus: 8 },
          { nodes: 1, gpus: 4 },
        ],
        order: Int32Array.of(0, 1, 0),
      },
    ],
  ]);
  const [pool] = fleetOf(compileObject(given, { nodeLists }), documentOf(given));
  expect(pool).toMatchObject({
    kind: 'listed',
    counts: [],
    nodes: 3,
    gpus: 20,
    usdPerHour: { least: 40, most: 40 },
  });
  expect(pool!.whyNot).toMatch(/node list/);
});

test('a path that is no number of nodes is a mistake of the caller', () => {
  expect(() => fleetUsdPerHour(fleet(scenario({ gpu: {} })), { 'pools.cpu.nodes': 2 })).toThrow(
    /pools\.cpu\.nodes is no number of nodes/,
  );
});
