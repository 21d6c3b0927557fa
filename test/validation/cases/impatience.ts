/** Erlang A: those who wait give up after an exponential patience. */
import type { RunMeasures } from '../../../src/metrics/measures.js';
import { erlangA } from '../../theory/erlang-a.js';
import type { SimulatedCase } from '../case.js';
import { exponential, oneStage } from '../scenario.js';

/** Of all tasks, those who give up included, which the stage's own summary of those served leaves out. */
const meanWaitOfAllS = ({ stages, window_s }: RunMeasures): number => {
  const { mean_queue_length, arrived } = stages.gpu!;
  return (mean_queue_length * window_s) / arrived;
};

const waitedOfAll = ({ stages }: RunMeasures): number => {
  const { wait_s, waited_fraction, arrived } = stages.gpu!;
  return 1 - (wait_s.count * (1 - waited_fraction)) / arrived;
};

function impatient(
  name: string,
  tasks: number,
  arrivalRateHz: number,
  serviceRateHz: number,
  servers: number,
  patienceRateHz: number,
): SimulatedCase {
  const model = erlangA(arrivalRateHz, serviceRateHz, servers, patienceRateHz);
  return {
    kind: 'simulated',
    name,
    source: 'Erlang A (Palm)',
    scenario: oneStage({
      name,
      tasks,
      arrivalRateHz,
      servers,
      work: exponential(1 / serviceRateHz),
      patience: exponential(1 / patienceRateHz),
    }),
    measures: [
      { label: 'p(abandon)', measure: 'total.timeout_fraction', expected: model.pAbandon },
      { label: 'mean queue', measure: 'stages.gpu.mean_queue_length', expected: model.meanQueue },
      { label: 'mean wait of all, s', measure: meanWaitOfAllS, expected: model.meanWaitAllS },
      { label: 'p(wait)', measure: waitedOfAll, expected: model.pWait },
    ],
  };
}

export const impatienceCases: readonly SimulatedCase[] = [
  impatient('Erlang A c=10', 250_000, 12, 1, 10, 0.5),
  impatient('Erlang A c=3, patience of one service', 400_000, 0.25, 0.1, 3, 0.1),
];
