/** Arrivals in bursts: MMPP/M/1. */
import type { RunMeasures } from '../../../src/metrics/measures.js';
import { mmppM1, twoStates } from '../../theory/mmpp-m-1.js';
import type { SimulatedCase } from '../case.js';
import { exponential, oneStage } from '../scenario.js';

const arrivalRateHz = ({ total, window_s }: RunMeasures): number => total.arrived / window_s;

function bursty(
  name: string,
  tasks: number,
  stateRatesHz: readonly [number, number],
  switchRatesHz: readonly [number, number],
): SimulatedCase {
  const model = mmppM1(stateRatesHz, twoStates(switchRatesHz), 1);
  return {
    kind: 'simulated',
    name,
    source: 'matrix-geometric (Neuts)',
    scenario: oneStage({
      name,
      tasks,
      arrivalRateHz: model.arrivalRateHz,
      arrival: {
        process: 'mmpp',
        states: stateRatesHz.map((rate, i) => ({ rate, sojourn: 1 / switchRatesHz[i]! })),
      },
      servers: 1,
      work: exponential(1),
    }),
    measures: [
      { label: 'mean in system', measure: 'total.mean_in_system', expected: model.meanInSystem },
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: model.meanSojournS },
      { label: 'arrival rate, Hz', measure: arrivalRateHz, expected: model.arrivalRateHz },
    ],
  };
}

export const burstCases: readonly SimulatedCase[] = [
  bursty('MMPP(2)/M/1', 1_500_000, [0.2, 1.6], [0.02, 0.05]),
  bursty('MMPP(2)/M/1, silent at times', 500_000, [0, 1.2], [0.5, 0.5]),
];
