import { describe, expect, it } from 'vitest';
import { compileObject } from '../../src/scenario/compile.js';
import { simulate, startRun } from '../../src/simulation/simulate.js';

const LOAD = 0.85;

/** Sums over time are added up in another order: equal but for the last digits. */
function rounded(tree: object): unknown {
  return JSON.parse(
    JSON.stringify(tree, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)),
  );
}

/** Two workloads through one plain pool, one of them with a second step at a service and a return. */
function scenario(policies: object): object {
  return {
    version: 1,
    name: 'both ways',
    run: { tasks: 3000, warmup: 50 },
    pools: { gpus: { mode: 'slots', gpusPerNode: 4 } },
    services: { tool: { concurrency: 2, latency: { dist: 'exponential', mean: 0.2 } } },
    stages: { model: { pool: 'gpus' }, tool: { service: 'tool' } },
    workloads: {
      agents: {
        tenants: { acme: 2, globex: 1 },
        arrival: { process: 'poisson', rate: LOAD },
        patience: { dist: 'exponential', mean: 20 },
        workflow: [
          {
            stage: 'model',
            work: { dist: 'exponential', mean: 1 },
            next: [{ to: 'tool', probability: 0.5 }, { to: 'end' }],
          },
          { stage: 'tool', next: 'model' },
        ],
      },
      chat: {
        priority: 1,
        arrival: { process: 'poisson', rate: LOAD },
        workflow: [{ stage: 'model', work: { dist: 'lognormal', mean: 1, cv: 2 } }],
      },
    },
    policies,
  };
}

describe('the express way', () => {
  for (const ordering of ['fifo', 'lifo', 'priority']) {
    it(`decides and measures what the general way does, ${ordering}`, () => {
      const plain = compileObject(scenario({ ordering }));
      // A limit that never binds sends every task the general way.
      const limited = compileObject(scenario({ ordering, wip: { policy: 'global', limit: 1_000_000 } }));
      const express = simulate(plain.system, plain.policies, 'seed', { warmupS: 50 });
      const general = simulate(limited.system, limited.policies, 'seed', { warmupS: 50 });
      expect(rounded(express.measures)).toEqual(rounded(general.measures));
      expect(rounded(express.series)).toEqual(rounded(general.series));
    });
  }

  it('is open to a stage without limits and closed to one with them', () => {
    const ways = [scenario({}), scenario({ wip: { policy: 'global', limit: 8 } })].map((object) => {
      const { system, policies } = compileObject(object);
      return startRun(system, policies, 'seed', { warmupS: 0 }).state.stages.map(({ express }) => express);
    });
    expect(ways).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it('records of a single visit what it records of the task', () => {
    const single = {
      version: 1,
      name: 'single',
      run: { tasks: 2000 },
      pools: { gpus: { mode: 'slots', gpusPerNode: 2 } },
      stages: { model: { pool: 'gpus' } },
      workloads: {
        chat: {
          arrival: { process: 'poisson', rate: 1.6 },
          workflow: [{ stage: 'model', work: { dist: 'exponential', mean: 1 } }],
        },
      },
    };
    const plain = compileObject(single);
    const limited = compileObject({ ...single, policies: { wip: { policy: 'global', limit: 1_000_000 } } });
    const direct = simulate(plain.system, plain.policies, 'seed', { warmupS: 0 });
    const general = simulate(limited.system, limited.policies, 'seed', { warmupS: 0 });
    expect(direct.measures.stages).toEqual(general.measures.stages);
  });
});
