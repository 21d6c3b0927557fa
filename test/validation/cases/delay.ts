/** M/M/1 and M/M/c. */
import { mm1 } from '../../theory/mm1.js';
import { mmc } from '../../theory/mmc.js';
import type { ExpectedMeasure, SimulatedCase } from '../case.js';
import { exponential, oneStage, poisson, runOf } from '../scenario.js';

type Delay = ReturnType<typeof mmc>;

function delayMeasures({ waitQuantileS, ...model }: Delay): ExpectedMeasure[] {
  return [
    { label: 'p(wait)', measure: 'stages.gpu.waited_fraction', expected: model.pWait },
    { label: 'mean wait, s', measure: 'stages.gpu.wait_s.mean', expected: model.meanWaitS },
    { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
    { label: 'mean queue', measure: 'stages.gpu.mean_queue_length', expected: model.meanQueue },
    { label: 'utilisation', measure: 'pools.gpu.utilisation.busy', expected: model.utilisation },
    { label: 'wait p95, s', measure: 'stages.gpu.wait_s.p95', expected: waitQuantileS(0.95) },
    { label: 'wait p99, s', measure: 'stages.gpu.wait_s.p99', expected: waitQuantileS(0.99) },
  ];
}

function oneServer(
  name: string,
  tasks: number,
  arrivalRateHz: number,
  serviceRateHz: number,
  further: Partial<SimulatedCase> = {},
): SimulatedCase {
  const model = mm1(arrivalRateHz, serviceRateHz);
  return {
    kind: 'simulated',
    name,
    source: 'M/M/1',
    scenario: oneStage({ name, tasks, arrivalRateHz, servers: 1, work: exponential(1 / serviceRateHz) }),
    measures: [
      ...delayMeasures(model),
      { label: 'sojourn p50, s', measure: 'total.latency_s.p50', expected: model.sojournQuantileS(0.5) },
      { label: 'sojourn p90, s', measure: 'total.latency_s.p90', expected: model.sojournQuantileS(0.9) },
    ],
    ...further,
  };
}

function manyServers(
  name: string,
  tasks: number,
  arrivalRateHz: number,
  serviceRateHz: number,
  servers: number,
  further: Partial<SimulatedCase> = {},
): SimulatedCase {
  return {
    kind: 'simulated',
    name,
    source: 'Erlang C',
    scenario: oneStage({ name, tasks, arrivalRateHz, servers, work: exponential(1 / serviceRateHz) }),
    measures: delayMeasures(mmc(arrivalRateHz, serviceRateHz, servers)),
    ...further,
  };
}

/** The same queue inside a service: tasks start at once and wait within the call. */
function insideService(name: string, tasks: number): SimulatedCase {
  const model = mmc(3, 1, 4);
  return {
    kind: 'simulated',
    name,
    source: 'Erlang C',
    scenario: {
      version: 1,
      name,
      run: runOf(name, tasks, 3),
      services: { api: { concurrency: 4, latency: exponential(1) } },
      stages: { api: { service: 'api' } },
      workloads: { all: { arrival: poisson(3), workflow: [{ stage: 'api' }] } },
    },
    measures: [
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
      { label: 'mean waiting inside', measure: 'services.api.mean_waiting', expected: model.meanQueue },
      { label: 'mean busy', measure: 'services.api.mean_busy', expected: 3 },
      { label: 'utilisation', measure: 'services.api.utilisation', expected: model.utilisation },
    ],
  };
}

export const delayCases: readonly SimulatedCase[] = [
  oneServer('M/M/1 rho=0.5', 250_000, 0.5, 1),
  oneServer('M/M/1 rho=0.9', 1_500_000, 0.9, 1, {
    precision: { relative: 0.04, because: 'a tail of few, long busy periods' },
  }),
  oneServer('M/M/1 rho=0.7, service 80 ms', 300_000, 8.75, 12.5),
  manyServers('M/M/8 rho=0.9', 1_000_000, 7.2, 1, 8, {
    precision: { relative: 0.04, because: 'a tail of few, long busy periods' },
  }),
  manyServers('M/M/64 rho=0.9375', 1_500_000, 60, 1, 64, {
    precision: { relative: 0.06, because: '2% would take two hundred million arrivals' },
  }),
  manyServers('M/M/8 rho=0.75', 700_000, 0.3, 0.05, 8),
  manyServers('M/M/4 rho=0.5', 500_000, 2, 1, 4),
  manyServers('M/M/2 rho=0.8, hours', 700_000, 1 / 3600, 0.625 / 3600, 2),
  insideService('M/M/4 inside a service', 250_000),
];
