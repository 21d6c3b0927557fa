/** M/G/1 where those who have had the least service so far share the server. */
import { integralOverSizes, type Sizes } from './sizes.js';

/**
 * Kleinrock (1976), Queueing Systems, vol. 2, 4.6; Nuyens & Wierman (2008), The foreground-background queue: a survey:
 * for a task of size x every other task is as good as cut off at x. It waits for the work of these, and its own work is
 * stretched by 1 / (1 - their load).
 */
export function foregroundBackgroundMeanSojournS(arrivalRateHz: number, sizes: Sizes): number {
  return integralOverSizes(sizes, ({ sizeS, density, cutMeanS, cutSecondS2 }) => {
    const idle = 1 - arrivalRateHz * cutMeanS;
    return ((arrivalRateHz * cutSecondS2) / 2 / idle ** 2 + sizeS / idle) * density;
  });
}
