/** M/G/1, in any order that does not look at sizes and does not interrupt. */
import type { Service } from './service.js';

/** Pollaczek-Khinchine: Kleinrock (1975), Queueing Systems, vol. 1, eq. 5.72. */
export function mg1(arrivalRateHz: number, { meanS, secondS2 }: Service) {
  const utilisation = arrivalRateHz * meanS;
  const meanWaitS = (arrivalRateHz * secondS2) / (2 * (1 - utilisation));
  return {
    meanWaitS,
    meanSojournS: meanWaitS + meanS,
    meanQueue: arrivalRateHz * meanWaitS,
    utilisation,
    /** Poisson arrivals see time averages. */
    pWait: utilisation,
  };
}
