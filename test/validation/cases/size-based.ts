/** Orders that look at how much work is left, or how much has been done, and interrupt whoever is running. */
import { foregroundBackgroundMeanSojournS } from '../../theory/foreground-background.js';
import { mg1 } from '../../theory/mg1.js';
import * as service from '../../theory/service.js';
import {
  boundedParetoSizes,
  exponentialSizes,
  hyperexponentialSizes,
  type Sizes,
  uniformSizes,
} from '../../theory/sizes.js';
import { srptMeanSojournS } from '../../theory/srpt.js';
import type { SimulatedCase } from '../case.js';
import { exponential, oneStage } from '../scenario.js';

interface Interrupting {
  readonly name: string;
  readonly load: number;
  readonly tasks: number;
  readonly work: object;
  readonly sizes: Sizes;
}

const HYPEREXPONENTIAL = {
  work: { dist: 'hyperexponential', probabilities: [0.9, 0.1], means: [0.5, 5.5] },
  sizes: hyperexponentialSizes([0.9, 0.1], [0.5, 5.5]),
};

function srpt({ name, load, tasks, work, sizes }: Interrupting): SimulatedCase {
  const arrivalRateHz = load / sizes.meanS;
  return {
    kind: 'simulated',
    name,
    source: 'Schrage & Miller, integrated numerically',
    scenario: oneStage({
      name,
      tasks,
      arrivalRateHz,
      servers: 1,
      work,
      policies: { ordering: 'srpt', preemption: 'srpt' },
    }),
    measures: [
      {
        label: 'mean sojourn, s',
        measure: 'total.latency_s.mean',
        expected: srptMeanSojournS(arrivalRateHz, sizes),
      },
      { label: 'utilisation', measure: 'pools.gpu.utilisation.busy', expected: load },
    ],
  };
}

/** Of equal sizes the one that was begun first has the least left, so nobody is interrupted. */
const constantSizes: SimulatedCase = {
  kind: 'simulated',
  name: 'M/D/1 SRPT rho=0.7',
  source: 'Pollaczek-Khinchine',
  scenario: oneStage({
    name: 'M/D/1 SRPT rho=0.7',
    tasks: 120_000,
    arrivalRateHz: 0.7,
    servers: 1,
    work: 1,
    policies: { ordering: 'srpt', preemption: 'srpt' },
  }),
  measures: [
    {
      label: 'mean sojourn, s',
      measure: 'total.latency_s.mean',
      expected: mg1(0.7, service.deterministic(1)).meanSojournS,
    },
  ],
};

/** By how much of the mean size a running task may be ahead of a waiting one. */
const QUANTUM = 0.1;
/** What that changes of the mean: going on to a quarter of it moved the means of these cases by 0.2% at most. */
const QUANTUM_EFFECT = 0.005;

function foregroundBackground({ name, load, tasks, work, sizes }: Interrupting): SimulatedCase {
  const arrivalRateHz = load / sizes.meanS;
  const expected = foregroundBackgroundMeanSojournS(arrivalRateHz, sizes);
  const quantum = QUANTUM * sizes.meanS;
  return {
    kind: 'simulated',
    name,
    source: 'Kleinrock, integrated numerically; ±0.5% for the quantum of a tenth of the mean size',
    scenario: oneStage({
      name,
      tasks,
      arrivalRateHz,
      servers: 1,
      work,
      policies: {
        ordering: { policy: 'las', levels: [] },
        preemption: { policy: 'attained', quantum },
      },
    }),
    measures: [
      {
        label: 'mean sojourn, s',
        measure: 'total.latency_s.mean',
        expected,
        expectedHalfWidth: QUANTUM_EFFECT * expected,
      },
    ],
  };
}

export const sizeBasedCases: readonly SimulatedCase[] = [
  srpt({
    name: 'M/M/1 SRPT rho=0.8',
    load: 0.8,
    tasks: 150_000,
    work: exponential(1),
    sizes: exponentialSizes(1),
  }),
  srpt({
    name: 'M/M/1 SRPT rho=0.5',
    load: 0.5,
    tasks: 60_000,
    work: exponential(1),
    sizes: exponentialSizes(1),
  }),
  srpt({
    name: 'M/G/1 uniform, SRPT rho=0.8',
    load: 0.8,
    tasks: 150_000,
    work: { dist: 'uniform', min: 0, max: 2 },
    sizes: uniformSizes(0, 2),
  }),
  srpt({ name: 'M/H2/1 SRPT rho=0.7', load: 0.7, tasks: 150_000, ...HYPEREXPONENTIAL }),
  srpt({
    name: 'M/G/1 bounded Pareto, SRPT rho=0.7',
    load: 0.7,
    tasks: 200_000,
    work: { dist: 'bounded-pareto', shape: 1.5, min: 1, max: 1000 },
    sizes: boundedParetoSizes(1.5, 1, 1000),
  }),
  constantSizes,
  foregroundBackground({
    name: 'M/M/1 foreground-background rho=0.7',
    load: 0.7,
    tasks: 70_000,
    work: exponential(1),
    sizes: exponentialSizes(1),
  }),
  foregroundBackground({
    name: 'M/G/1 uniform, foreground-background rho=0.6',
    load: 0.6,
    tasks: 40_000,
    work: { dist: 'uniform', min: 0, max: 2 },
    sizes: uniformSizes(0, 2),
  }),
  foregroundBackground({
    name: 'M/H2/1 foreground-background rho=0.7',
    load: 0.7,
    tasks: 120_000,
    ...HYPEREXPONENTIAL,
  }),
];
