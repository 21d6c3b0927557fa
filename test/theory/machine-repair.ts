/** M/M/c//N: users who think, send one task and wait for its end; the machine repair problem. */
import { birthDeath, meanNumber } from './birth-death.js';

/**
 * Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed., 2.8. The distribution of the
 * thinking does not matter, only its mean.
 */
export function machineRepair(users: number, thinkMeanS: number, serviceRateHz: number, servers: number) {
  const shares = birthDeath(
    (n) => (users - n) / thinkMeanS,
    (n) => Math.min(n, servers) * serviceRateHz,
  );
  const meanAtStation = meanNumber(shares);
  const throughputHz = (users - meanAtStation) / thinkMeanS;
  return { throughputHz, meanAtStation, meanSojournS: meanAtStation / throughputHz };
}
