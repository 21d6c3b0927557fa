/** M/G/1: the mean wait depends on the service's first two moments alone. */
import { mg1 } from '../../theory/mg1.js';
import * as service from '../../theory/service.js';
import { sjfMeanWaitS } from '../../theory/sjf.js';
import type { SimulatedCase } from '../case.js';
import { exponential, oneStage } from '../scenario.js';

interface General {
  readonly name: string;
  readonly tasks: number;
  readonly arrivalRateHz: number;
  readonly work: object | number;
  readonly moments: service.Service;
  readonly policies?: object;
  readonly precision?: { readonly relative: number; readonly because: string };
}

function general({ moments, precision, ...model }: General): SimulatedCase {
  const { meanWaitS, meanSojournS, meanQueue, utilisation, pWait } = mg1(model.arrivalRateHz, moments);
  return {
    kind: 'simulated',
    name: model.name,
    source: 'Pollaczek-Khinchine',
    scenario: oneStage({ ...model, servers: 1 }),
    measures: [
      { label: 'mean wait, s', measure: 'stages.gpu.wait_s.mean', expected: meanWaitS },
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: meanSojournS },
      { label: 'mean queue', measure: 'stages.gpu.mean_queue_length', expected: meanQueue },
      { label: 'utilisation', measure: 'pools.gpu.utilisation.busy', expected: utilisation },
      { label: 'p(wait)', measure: 'stages.gpu.waited_fraction', expected: pWait },
    ],
    ...(precision === undefined ? {} : { precision }),
  };
}

const shortestFirst: SimulatedCase = {
  kind: 'simulated',
  name: 'M/M/1 shortest job first rho=0.8',
  source: 'Phipps, integrated numerically',
  scenario: oneStage({
    name: 'M/M/1 shortest job first rho=0.8',
    tasks: 400_000,
    arrivalRateHz: 0.8,
    servers: 1,
    work: exponential(1),
    policies: { ordering: 'sjf' },
  }),
  measures: [{ label: 'mean wait, s', measure: 'stages.gpu.wait_s.mean', expected: sjfMeanWaitS(0.8, 1) }],
};

export const generalServiceCases: readonly SimulatedCase[] = [
  general({
    name: 'M/G/1 lognormal cv=2',
    tasks: 1_500_000,
    arrivalRateHz: 0.04,
    work: { dist: 'lognormal', mean: 20, cv: 2 },
    moments: service.byMeanAndCv(20, 2),
  }),
  general({
    name: 'M/D/1 rho=0.7',
    tasks: 250_000,
    arrivalRateHz: 0.7,
    work: 1,
    moments: service.deterministic(1),
  }),
  general({
    name: 'M/G/1 Pareto alpha=3.5',
    tasks: 800_000,
    arrivalRateHz: 0.4,
    work: { dist: 'pareto', shape: 3.5, scale: 1 },
    moments: service.pareto(3.5, 1),
  }),
  general({
    name: 'M/G/1 gamma shape 0.4',
    tasks: 500_000,
    arrivalRateHz: 0.3,
    work: { dist: 'gamma', shape: 0.4, scale: 5 },
    moments: service.gamma(0.4, 5),
  }),
  general({
    name: 'M/G/1 Weibull shape 0.7',
    tasks: 500_000,
    arrivalRateHz: 0.5,
    work: { dist: 'weibull', shape: 0.7, scale: 1 },
    moments: service.weibull(0.7, 1),
  }),
  general({
    name: 'M/E4/1 rho=0.8',
    tasks: 500_000,
    arrivalRateHz: 0.8,
    work: { dist: 'erlang', k: 4, mean: 1 },
    moments: service.erlang(4, 1),
  }),
  general({
    name: 'M/G/1 uniform, last come first served',
    tasks: 300_000,
    arrivalRateHz: 0.6,
    work: { dist: 'uniform', min: 0.5, max: 1.5 },
    moments: service.uniform(0.5, 1.5),
    policies: { ordering: 'lifo' },
  }),
  general({
    name: 'M/H2/1 rho=0.6',
    tasks: 500_000,
    arrivalRateHz: 0.2,
    work: { dist: 'hyperexponential', probabilities: [0.75, 0.25], means: [1, 9] },
    moments: service.hyperexponential([0.75, 0.25], [1, 9]),
  }),
  shortestFirst,
];
