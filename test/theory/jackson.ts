/** Open networks of M/M/c stations with Bernoulli routing. */
import { add, identity, inverse, type Matrix, multiply } from './matrix.js';
import { mmc } from './mmc.js';

export interface Station {
  readonly servers: number;
  readonly serviceRateHz: number;
}

/**
 * Jackson (1957), Networks of waiting lines, Operations Research 5: each station is as if it were an M/M/c alone with
 * the arrival rate that the traffic equations give. Without feedback its input is Poisson (Burke 1956).
 * @param routing probability of going from station i (row) to station j; the rest leaves
 */
export function jackson(externalHz: readonly number[], routing: Matrix, stations: readonly Station[]) {
  const [arrivalHz] = multiply([externalHz], inverse(add(identity(stations.length), routing, -1)));
  const stages = stations.map(({ servers, serviceRateHz }, i) => mmc(arrivalHz![i]!, serviceRateHz, servers));
  const totalExternalHz = externalHz.reduce((sum, rate) => sum + rate, 0);
  const inSystem = stages.reduce((sum, { meanSojournS }, i) => sum + arrivalHz![i]! * meanSojournS, 0);
  return {
    arrivalHz: arrivalHz!,
    meanVisits: arrivalHz!.map((rate) => rate / totalExternalHz),
    stageMeanWaitS: stages.map(({ meanWaitS }) => meanWaitS),
    /** All visits of a customer together: Little's law of the whole network. */
    meanSojournS: inSystem / totalExternalHz,
  };
}
