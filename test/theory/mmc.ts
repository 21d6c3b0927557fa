/** M/M/c with one queue, first come, first served. */
import { erlangB } from './erlang-b.js';

/**
 * Erlang's delay formula: the probability that a customer must wait, from the loss formula.
 * Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed., 2.3 and 2.6.
 */
export function erlangC(servers: number, loadErlang: number): number {
  const blocked = erlangB(servers, loadErlang);
  const utilisation = loadErlang / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}

export function mmc(arrivalRateHz: number, serviceRateHz: number, servers: number) {
  const pWait = erlangC(servers, arrivalRateHz / serviceRateHz);
  // The wait of those who wait is exponential with this rate.
  const drainRateHz = servers * serviceRateHz - arrivalRateHz;
  const meanWaitS = pWait / drainRateHz;
  return {
    pWait,
    meanWaitS,
    meanSojournS: meanWaitS + 1 / serviceRateHz,
    meanQueue: arrivalRateHz * meanWaitS,
    utilisation: arrivalRateHz / (servers * serviceRateHz),
    waitQuantileS: (p: number) => Math.max(0, Math.log(pWait / (1 - p)) / drainRateHz),
  };
}
