/** An M/M/1 queue with a mean service time of 1 s, as an experiment's scenario. */
import { type CompiledScenario, compileObject } from '../../src/scenario/compile.js';

interface Options {
  readonly rateHz?: number;
  readonly run?: object;
  readonly slos?: readonly object[];
}

export function mm1({ rateHz = 0.5, run = {}, slos = [] }: Options = {}): CompiledScenario {
  return compileObject({
    version: 1,
    name: 'M/M/1',
    run: { duration: 2000, replications: 3, seed: 'queue', ...run },
    pools: { server: { price: 3600 } },
    stages: { counter: { pool: 'server' } },
    workloads: {
      customers: {
        arrival: { process: 'poisson', rate: rateHz },
        workflow: [{ stage: 'counter', work: { dist: 'exponential', mean: 1 } }],
      },
    },
    slos,
  });
}
