/** M/M/c with a mean service time of 1 s, as a scenario's text: one server, unless a plan says otherwise. */
import type { ScenarioText } from '../../../src/experiment/run-source.js';

/** @param tasks that arrive, about, besides a tenth as many in the warm-up */
export function queueText(erlangs: number, tasks: number, slos: readonly object[]): ScenarioText {
  const text = JSON.stringify({
    version: 1,
    name: 'M/M/c',
    run: { duration: (1.1 * tasks) / erlangs, warmup: (0.1 * tasks) / erlangs, replications: 4, seed: 1 },
    pools: { server: { nodes: 1, price: 2 } },
    stages: { counter: { pool: 'server' } },
    workloads: {
      customers: {
        arrival: { process: 'poisson', rate: erlangs },
        workflow: [{ stage: 'counter', work: { dist: 'exponential', mean: 1 } }],
      },
    },
    slos,
  });
  return { name: 'queue.yaml', text, folder: '.' };
}
