/** M/M/c/K: at most K in the system, those in service counted; who finds it full is refused. */
import { birthDeath, meanNumber } from './birth-death.js';

/** Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed., 2.5. */
export function mmck(arrivalRateHz: number, serviceRateHz: number, servers: number, capacity: number) {
  const shares = birthDeath(
    (n) => (n < capacity ? arrivalRateHz : 0),
    (n) => Math.min(n, servers) * serviceRateHz,
  );
  // A room that is practically never full is cut from the chain.
  const pBlock = shares[capacity] ?? 0;
  const throughputHz = arrivalRateHz * (1 - pBlock);
  const meanInSystem = meanNumber(shares);
  const meanSojournAcceptedS = meanInSystem / throughputHz;
  return {
    pBlock,
    meanInSystem,
    meanSojournAcceptedS,
    meanWaitAcceptedS: meanSojournAcceptedS - 1 / serviceRateHz,
    throughputHz,
  };
}
