/**
 * Processor sharing under Poisson arrivals. Means depend on the service's mean alone (insensitivity): Kleinrock (1976),
 * Queueing Systems, vol. 2, 4.4, for one server; Baskett, Chandy, Muntz & Palacios (1975), "Open, closed, and mixed
 * networks of queues with different classes of customers", service centres of type 2, for any throughput by number.
 */
import { birthDeath, meanNumber } from './birth-death.js';

/** One server of constant throughput 1. */
export function mg1ProcessorSharing(arrivalRateHz: number, meanS: number) {
  const utilisation = arrivalRateHz * meanS;
  const sojournOfS = (sizeS: number) => sizeS / (1 - utilisation);
  return { utilisation, sojournOfS, meanSojournS: sojournOfS(meanS) };
}

/** A server that gets `throughput(n)` seconds of work done a second with n tasks, at most `peak`. */
export function sharedThroughput(
  arrivalRateHz: number,
  meanS: number,
  throughput: (n: number) => number,
  peak: number,
) {
  const probabilities = birthDeath(
    () => arrivalRateHz,
    (n) => throughput(n) / meanS,
  );
  const meanInSystem = meanNumber(probabilities);
  return {
    meanInSystem,
    meanSojournS: meanInSystem / arrivalRateHz,
    /** All work is done, so the throughput is on average what comes in. */
    utilisation: (arrivalRateHz * meanS) / peak,
  };
}
