/** M/M/1 where the smallest waiting task is served next, without interrupting. */

const STEPS = 20_000;
/** Service times beyond are rarer than 1e-17. */
const LONGEST_MEANS = 40;

/**
 * Phipps (1956), Machine repair as a priority waiting-line problem, Operations Research 4: Cobham's formula with a
 * class for every size, W(x) = (arrival rate) E[S^2] / 2 / (1 - load of sizes up to x)^2, averaged over the sizes;
 * here by Simpson's rule.
 */
export function sjfMeanWaitS(arrivalRateHz: number, serviceMeanS: number): number {
  const residualS = arrivalRateHz * serviceMeanS * serviceMeanS;
  const load = arrivalRateHz * serviceMeanS;
  const h = LONGEST_MEANS / STEPS;
  let sum = 0;
  for (let i = 0; i <= STEPS; i++) {
    const size = i * h;
    const loadUpTo = load * (1 - Math.exp(-size) * (1 + size));
    const weight = i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += (weight * Math.exp(-size)) / (1 - loadUpTo) ** 2;
  }
  return (residualS * sum * h) / 3;
}
