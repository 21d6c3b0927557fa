/** Several stages, loops within a workflow, and closed loops of users. */

import type { RunMeasures } from '../../../src/metrics/measures.js';
import { jackson, type Station } from '../../theory/jackson.js';
import { machineRepair } from '../../theory/machine-repair.js';
import type { SimulatedCase } from '../case.js';
import { exponential, poisson, runOf } from '../scenario.js';

const SOURCE = 'Jackson';

const pools = (stations: readonly Station[]) =>
  Object.fromEntries(stations.map(({ servers }, i) => [`s${i + 1}`, { slotsPerGpu: servers }]));

const stages = (stations: readonly Station[]) =>
  Object.fromEntries(stations.map((_, i) => [`s${i + 1}`, { pool: `s${i + 1}` }]));

const step = ({ serviceRateHz }: Station, index: number) => ({
  stage: `s${index + 1}`,
  work: exponential(1 / serviceRateHz),
});

function tandem(
  name: string,
  tasks: number,
  arrivalRateHz: number,
  stations: readonly Station[],
): SimulatedCase {
  const routing = stations.map((_, from) => stations.map((__, to) => (to === from + 1 ? 1 : 0)));
  const external = stations.map((_, index) => (index === 0 ? arrivalRateHz : 0));
  const model = jackson(external, routing, stations);
  return {
    kind: 'simulated',
    name,
    source: 'Burke, Jackson',
    scenario: {
      version: 1,
      name,
      run: runOf(name, tasks, arrivalRateHz),
      pools: pools(stations),
      stages: stages(stations),
      workloads: { all: { arrival: poisson(arrivalRateHz), workflow: stations.map(step) } },
    },
    measures: [
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
      ...model.stageMeanWaitS.map((expected, i) => ({
        label: `mean wait at stage ${i + 1}, s`,
        measure: `stages.s${i + 1}.wait_s.mean`,
        expected,
      })),
    ],
  };
}

const stageArrivalRateHz =
  (stage: string) =>
  ({ stages: all, window_s }: RunMeasures): number =>
    all[stage]!.arrived / window_s;

const visits =
  (stage: string) =>
  ({ stages: all, total }: RunMeasures): number =>
    all[stage]!.arrived / total.arrived;

function feedback(name: string, tasks: number, again: number, station: Station): SimulatedCase {
  const model = jackson([1], [[again]], [station]);
  return {
    kind: 'simulated',
    name,
    source: SOURCE,
    scenario: {
      version: 1,
      name,
      run: runOf(name, tasks, 1),
      pools: pools([station]),
      stages: stages([station]),
      workloads: {
        all: {
          arrival: poisson(1),
          workflow: [{ ...step(station, 0), next: [{ to: 's1', probability: again }, { to: 'end' }] }],
        },
      },
    },
    measures: [
      {
        label: 'arrival rate at the stage, Hz',
        measure: stageArrivalRateHz('s1'),
        expected: model.arrivalHz[0]!,
      },
      { label: 'mean visits', measure: visits('s1'), expected: model.meanVisits[0]! },
      { label: 'mean total sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
    ],
  };
}

/** An agent that plans, then calls a tool and plans again, or asks a person, or is done. */
function agentLoop(name: string, tasks: number): SimulatedCase {
  const stations = [
    { servers: 4, serviceRateHz: 2 },
    { servers: 3, serviceRateHz: 1 },
    { servers: 1, serviceRateHz: 1.5 },
  ];
  const routing = [
    [0, 0.5, 0.2],
    [1, 0, 0],
    [0.5, 0, 0],
  ];
  const arrivalRateHz = 2;
  const model = jackson([arrivalRateHz, 0, 0], routing, stations);
  return {
    kind: 'simulated',
    name,
    source: SOURCE,
    scenario: {
      version: 1,
      name,
      run: runOf(name, tasks, arrivalRateHz),
      pools: pools(stations),
      stages: stages(stations),
      workloads: {
        all: {
          arrival: poisson(arrivalRateHz),
          workflow: stations.map((station, from) => ({
            ...step(station, from),
            next: [
              ...routing[from]!.flatMap((probability, to) =>
                probability > 0 ? [{ to: `s${to + 1}`, probability }] : [],
              ),
              ...(routing[from]!.reduce((sum, probability) => sum + probability, 0) < 1
                ? [{ to: 'end' }]
                : []),
            ],
          })),
        },
      },
    },
    measures: [
      { label: 'mean total sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
      ...stations.flatMap((_, i) => [
        {
          label: `mean visits of stage ${i + 1}`,
          measure: visits(`s${i + 1}`),
          expected: model.meanVisits[i]!,
        },
        {
          label: `mean wait at stage ${i + 1}, s`,
          measure: `stages.s${i + 1}.wait_s.mean`,
          expected: model.stageMeanWaitS[i]!,
        },
      ]),
    ],
  };
}

interface ClosedLoop {
  readonly name: string;
  readonly tasks: number;
  readonly users: number;
  readonly thinkMeanS: number;
  readonly think: object | number;
  readonly serviceRateHz: number;
  readonly servers: number;
}

function closed({
  name,
  tasks,
  users,
  thinkMeanS,
  think,
  serviceRateHz,
  servers,
}: ClosedLoop): SimulatedCase {
  const model = machineRepair(users, thinkMeanS, serviceRateHz, servers);
  return {
    kind: 'simulated',
    name,
    source: 'machine repair',
    scenario: {
      version: 1,
      name,
      run: runOf(name, tasks, model.throughputHz),
      pools: pools([{ servers, serviceRateHz }]),
      stages: stages([{ servers, serviceRateHz }]),
      workloads: {
        all: {
          arrival: { process: 'closed', users, think },
          workflow: [step({ servers, serviceRateHz }, 0)],
        },
      },
    },
    measures: [
      { label: 'throughput, Hz', measure: 'total.throughput_hz', expected: model.throughputHz },
      { label: 'mean at the station', measure: 'total.mean_in_system', expected: model.meanAtStation },
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
    ],
  };
}

export const networkCases: readonly SimulatedCase[] = [
  tandem('tandem of two M/M/c', 550_000, 5, [
    { servers: 8, serviceRateHz: 1 },
    { servers: 4, serviceRateHz: 2 },
  ]),
  tandem('tandem of M/M/1 and M/M/3', 300_000, 2, [
    { servers: 1, serviceRateHz: 3 },
    { servers: 3, serviceRateHz: 0.9 },
  ]),
  feedback('M/M/c with feedback', 250_000, 0.3, { servers: 1, serviceRateHz: 2 }),
  feedback('M/M/2 with feedback 0.75', 250_000, 0.75, { servers: 2, serviceRateHz: 2.5 }),
  agentLoop('agent loop over three stages', 250_000),
  closed({
    name: 'closed loop N=20 c=2',
    tasks: 200_000,
    users: 20,
    thinkMeanS: 20,
    think: exponential(20),
    serviceRateHz: 0.5,
    servers: 2,
  }),
  closed({
    name: 'closed loop N=6 c=1, constant thinking',
    tasks: 200_000,
    users: 6,
    thinkMeanS: 4,
    think: 4,
    serviceRateHz: 1,
    servers: 1,
  }),
];
