/** M/M/c+M (Erlang A): who waits leaves the queue after an exponential patience. */
import { birthDeath } from './birth-death.js';

/**
 * Palm (1957), Research on telephone traffic carried by full availability groups; Garnett, Mandelbaum & Reiman
 * (2002), Designing a call center with impatient customers, Manufacturing & Service Operations Management 4.
 */
export function erlangA(
  arrivalRateHz: number,
  serviceRateHz: number,
  servers: number,
  patienceRateHz: number,
) {
  const shares = birthDeath(
    () => arrivalRateHz,
    (n) => Math.min(n, servers) * serviceRateHz + Math.max(0, n - servers) * patienceRateHz,
  );
  let meanQueue = 0;
  let pWait = 0;
  for (let n = servers; n < shares.length; n++) {
    meanQueue += (n - servers) * shares[n]!;
    pWait += shares[n]!;
  }
  return {
    pAbandon: (patienceRateHz * meanQueue) / arrivalRateHz,
    meanQueue,
    /** Of all customers, those who give up included: Little's law of the queue. */
    meanWaitAllS: meanQueue / arrivalRateHz,
    pWait,
  };
}
