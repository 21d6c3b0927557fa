/** M/G/1 where the task with the least work left is served, interrupting whoever has more, at no cost. */
import { integralOverSizes, type Sizes } from './sizes.js';

/**
 * Schrage & Miller (1966), The queue M/G/1 with the shortest remaining processing time discipline, Operations Research
 * 14: a task of size x waits (arrival rate) E[min(S, x)^2] / 2 / (1 - load of sizes up to x)^2 for its first start, and
 * each bit of its work at which t is left is stretched by 1 / (1 - load of sizes up to t).
 */
export function srptMeanSojournS(arrivalRateHz: number, sizes: Sizes): number {
  const sojournS = integralOverSizes(sizes, ({ sizeS, density, larger, cutMeanS, cutSecondS2 }) => {
    const loadUpTo = arrivalRateHz * (cutMeanS - sizeS * larger);
    const waitS = (arrivalRateHz * cutSecondS2) / 2 / (1 - loadUpTo) ** 2;
    return waitS * density + larger / (1 - loadUpTo);
  });
  // The last bit of every task, up to the smallest size, is never interrupted.
  return sojournS + sizes.fromS;
}
