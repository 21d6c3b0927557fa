/** Queues with bounded room: M/M/c/K and Erlang's loss system. */
import { erlangB } from '../../theory/erlang-b.js';
import { mmck } from '../../theory/mmck.js';
import type { SimulatedCase } from '../case.js';
import { exponential, oneStage } from '../scenario.js';

function bounded(
  name: string,
  tasks: number,
  arrivalRateHz: number,
  servers: number,
  capacity: number,
): SimulatedCase {
  const model = mmck(arrivalRateHz, 1, servers, capacity);
  return {
    kind: 'simulated',
    name,
    source: 'birth-death chain',
    scenario: oneStage({
      name,
      tasks,
      arrivalRateHz,
      servers,
      work: exponential(1),
      // The textbook's K counts those in service.
      queue: { capacity: capacity - servers },
    }),
    measures: [
      { label: 'p(block)', measure: 'total.reject_fraction', expected: model.pBlock },
      { label: 'mean in system', measure: 'total.mean_in_system', expected: model.meanInSystem },
      {
        label: 'mean sojourn of accepted, s',
        measure: 'total.latency_s.mean',
        expected: model.meanSojournAcceptedS,
      },
      {
        label: 'mean wait of accepted, s',
        measure: 'stages.gpu.wait_s.mean',
        expected: model.meanWaitAcceptedS,
      },
      { label: 'throughput, Hz', measure: 'total.throughput_hz', expected: model.throughputHz },
    ],
  };
}

function loss(
  name: string,
  tasks: number,
  arrivalRateHz: number,
  servers: number,
  work: object | number,
): SimulatedCase {
  return {
    kind: 'simulated',
    name,
    source: 'Erlang B',
    scenario: oneStage({ name, tasks, arrivalRateHz, servers, work, queue: { capacity: 0 } }),
    measures: [
      { label: 'p(block)', measure: 'total.reject_fraction', expected: erlangB(servers, arrivalRateHz) },
      {
        label: 'mean in system',
        measure: 'total.mean_in_system',
        expected: arrivalRateHz * (1 - erlangB(servers, arrivalRateHz)),
      },
    ],
  };
}

export const lossCases: readonly SimulatedCase[] = [
  bounded('M/M/1/5', 250_000, 1.2, 1, 5),
  bounded('M/M/8/20', 250_000, 10, 8, 20),
  bounded('M/M/3/6 rho=0.5', 400_000, 1.5, 3, 6),
  loss('Erlang B 10', 250_000, 8, 10, exponential(1)),
  loss('M/M/2/2', 250_000, 1.5, 2, exponential(1)),
  loss('M/G/10/10, lognormal cv=2', 250_000, 8, 10, { dist: 'lognormal', mean: 1, cv: 2 }),
  loss('M/D/10/10', 250_000, 8, 10, 1),
];
