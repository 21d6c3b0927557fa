/** M/M/1 whose server breaks down and takes up the interrupted work where it was when it is repaired. */

interface Breakdowns {
  readonly arrivalRateHz: number;
  readonly serviceRateHz: number;
  readonly breakdownRateHz: number;
  /** Exponential. */
  readonly repairMeanS: number;
}

/**
 * Breakdowns strike only while it serves: an M/G/1 queue of completion times, each a service with its repairs.
 * Gaver (1962), A waiting line with interrupted service, JRSS B 24; Pollaczek-Khinchine.
 */
export function breakdownsWhileServing(model: Breakdowns) {
  const { arrivalRateHz, serviceRateHz, breakdownRateHz, repairMeanS } = model;
  const meanS = 1 / serviceRateHz;
  const stretch = 1 + breakdownRateHz * repairMeanS;
  const completionS = meanS * stretch;
  const secondMoment = 2 * meanS ** 2 * stretch ** 2 + meanS * breakdownRateHz * 2 * repairMeanS ** 2;
  const meanWaitS = (arrivalRateHz * secondMoment) / (2 * (1 - arrivalRateHz * completionS));
  return { completionS, meanWaitS, meanSojournS: meanWaitS + completionS };
}

/**
 * Breakdowns strike whether it serves or not. White & Christie (1958), Queuing with preemptive priorities or with
 * breakdown, Operations Research 6; Avi-Itzhak & Naor (1963), Some queuing problems with the service station subject
 * to breakdown, Operations Research 11.
 */
export function breakdownsAtAnyTime(model: Breakdowns) {
  const { arrivalRateHz, serviceRateHz, breakdownRateHz, repairMeanS } = model;
  const repairRateHz = 1 / repairMeanS;
  const both = breakdownRateHz + repairRateHz;
  const meanNumber =
    (arrivalRateHz * (both ** 2 + breakdownRateHz * serviceRateHz)) /
    (both * (serviceRateHz * repairRateHz - arrivalRateHz * both));
  return { meanNumber, meanSojournS: meanNumber / arrivalRateHz, downFraction: breakdownRateHz / both };
}
