/** Servers that break down and go on where they were. */
import { breakdownsAtAnyTime, breakdownsWhileServing } from '../../theory/breakdowns.js';
import type { SimulatedCase } from '../case.js';
import { exponential, poisson, runOf } from '../scenario.js';

const MODEL = { arrivalRateHz: 0.5, serviceRateHz: 1, breakdownRateHz: 0.01, repairMeanS: 10 };
const serving = breakdownsWhileServing(MODEL);
const always = breakdownsAtAnyTime(MODEL);

const breaking = (name: string, tasks: number, whileIdle: boolean) => ({
  version: 1,
  name,
  run: runOf(name, tasks, MODEL.arrivalRateHz),
  pools: {
    gpu: {
      failures: {
        node: { mtbf: 1 / MODEL.breakdownRateHz, repair: exponential(MODEL.repairMeanS), whileIdle },
      },
      checkpoint: { every: 0 },
    },
  },
  stages: { gpu: { pool: 'gpu' } },
  workloads: {
    all: {
      arrival: poisson(MODEL.arrivalRateHz),
      workflow: [{ stage: 'gpu', work: exponential(1 / MODEL.serviceRateHz) }],
    },
  },
});

export const breakdownCases: readonly SimulatedCase[] = [
  {
    kind: 'simulated',
    name: 'M/M/1 with breakdowns while serving, resume',
    source: 'Gaver; White & Christie',
    scenario: breaking('M/M/1 with breakdowns while serving, resume', 400_000, false),
    measures: [
      { label: 'mean wait, s', measure: 'total.phases.queue_s.mean', expected: serving.meanWaitS },
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: serving.meanSojournS },
      {
        label: 'down',
        measure: 'pools.gpu.utilisation.down',
        expected: (MODEL.arrivalRateHz / MODEL.serviceRateHz) * MODEL.breakdownRateHz * MODEL.repairMeanS,
      },
    ],
  },
  {
    kind: 'simulated',
    name: 'M/M/1 with breakdowns at any time, resume',
    source: 'White & Christie; Avi-Itzhak & Naor',
    scenario: breaking('M/M/1 with breakdowns at any time, resume', 400_000, true),
    measures: [
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: always.meanSojournS },
      { label: 'mean in system', measure: 'total.mean_in_system', expected: always.meanNumber },
      { label: 'down', measure: 'pools.gpu.utilisation.down', expected: always.downFraction },
    ],
  },
];
