/** Priority classes, with and without interruption. */
import {
  nonPreemptiveWaitsOfManyServersS,
  nonPreemptiveWaitsS,
  preemptiveResumeSojournsS,
} from '../../theory/priority.js';
import * as service from '../../theory/service.js';
import type { ExpectedMeasure, SimulatedCase } from '../case.js';
import { type ClassOfTasks, exponential, prioritised } from '../scenario.js';

const NON_PREEMPTIVE = { ordering: 'priority' };
const PREEMPTIVE_RESUME = { ordering: 'priority', preemption: 'priority' };

type Class = ClassOfTasks & { readonly service: service.Service };

const exponentials = (rates: readonly number[]): Class[] =>
  rates.map((arrivalRateHz) => ({ arrivalRateHz, work: exponential(1), service: service.exponential(1) }));

const waits = (expected: readonly number[]): ExpectedMeasure[] =>
  expected.map((value, index) => ({
    label: `mean wait of class ${index + 1}, s`,
    measure: `workloads.class-${index + 1}.phases.queue_s.mean`,
    expected: value,
  }));

const sojourns = (expected: readonly number[]): ExpectedMeasure[] =>
  expected.map((value, index) => ({
    label: `mean sojourn of class ${index + 1}, s`,
    measure: `workloads.class-${index + 1}.latency_s.mean`,
    expected: value,
  }));

function nonPreemptive(name: string, tasks: number, classes: readonly Class[]): SimulatedCase {
  const expected = nonPreemptiveWaitsS(classes);
  return {
    kind: 'simulated',
    name,
    source: 'Cobham',
    scenario: prioritised({ name, tasks, servers: 1, classes, policies: NON_PREEMPTIVE }),
    measures: [
      ...waits(expected),
      ...sojourns(expected.map((waitS, index) => waitS + classes[index]!.service.meanS)),
    ],
  };
}

function nonPreemptiveManyServers(
  name: string,
  tasks: number,
  rates: readonly number[],
  servers: number,
): SimulatedCase {
  return {
    kind: 'simulated',
    name,
    source: 'Cobham',
    scenario: prioritised({
      name,
      tasks,
      servers,
      classes: exponentials(rates),
      policies: NON_PREEMPTIVE,
    }),
    measures: waits(nonPreemptiveWaitsOfManyServersS(rates, 1, servers)),
  };
}

function preemptiveResume(name: string, tasks: number, classes: readonly Class[]): SimulatedCase {
  return {
    kind: 'simulated',
    name,
    source: 'Conway, Maxwell & Miller',
    scenario: prioritised({ name, tasks, servers: 1, classes, policies: PREEMPTIVE_RESUME }),
    measures: sojourns(preemptiveResumeSojournsS(classes)),
  };
}

export const priorityCases: readonly SimulatedCase[] = [
  nonPreemptive('M/M/1 non-preemptive priority', 500_000, exponentials([0.3, 0.5])),
  nonPreemptive('M/G/1 non-preemptive priority, 3 classes', 600_000, [
    { arrivalRateHz: 0.4, work: 0.5, service: service.deterministic(0.5) },
    {
      arrivalRateHz: 0.1,
      work: { dist: 'gamma', shape: 0.5, scale: 6 },
      service: service.gamma(0.5, 6),
    },
    { arrivalRateHz: 0.2, work: exponential(1), service: service.exponential(1) },
  ]),
  nonPreemptiveManyServers('M/M/4 non-preemptive priority', 700_000, [1.2, 1, 1], 4),
  preemptiveResume('M/M/1 preemptive-resume priority', 500_000, exponentials([0.3, 0.5])),
  preemptiveResume('M/G/1 preemptive-resume priority, 3 classes', 500_000, [
    {
      arrivalRateHz: 0.2,
      work: { dist: 'erlang', k: 3, mean: 0.5 },
      service: service.erlang(3, 0.5),
    },
    { arrivalRateHz: 0.2, work: { dist: 'erlang', k: 2, mean: 2 }, service: service.erlang(2, 2) },
    { arrivalRateHz: 0.25, work: 1, service: service.deterministic(1) },
  ]),
];
