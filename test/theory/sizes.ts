/** Distributions of service times as a whole: what the mean sojourn depends on where the order looks at sizes. */

export interface Sizes {
  /** Every size is at least so large, seconds. */
  readonly fromS: number;
  /** Larger sizes do not occur, or less often than once in 1e16. */
  readonly toS: number;
  readonly meanS: number;
  density(sizeS: number): number;
  /** Share of the tasks that are larger. */
  larger(sizeS: number): number;
}

/** Rarer than 1e-16. */
const LONGEST_MEANS = 37;

export const exponentialSizes = (meanS: number): Sizes => hyperexponentialSizes([1], [meanS]);

export const hyperexponentialSizes = (
  probabilities: readonly number[],
  meansS: readonly number[],
): Sizes => ({
  fromS: 0,
  toS: LONGEST_MEANS * Math.max(...meansS),
  meanS: meansS.reduce((sum, meanS, i) => sum + probabilities[i]! * meanS, 0),
  density: (sizeS) =>
    meansS.reduce((sum, meanS, i) => sum + (probabilities[i]! / meanS) * Math.exp(-sizeS / meanS), 0),
  larger: (sizeS) => meansS.reduce((sum, meanS, i) => sum + probabilities[i]! * Math.exp(-sizeS / meanS), 0),
});

export const uniformSizes = (minS: number, maxS: number): Sizes => ({
  fromS: minS,
  toS: maxS,
  meanS: (minS + maxS) / 2,
  density: () => 1 / (maxS - minS),
  larger: (sizeS) => (maxS - sizeS) / (maxS - minS),
});

/** Pareto I between two bounds, of a shape other than 1. */
export function boundedParetoSizes(shape: number, minS: number, maxS: number): Sizes {
  const share = 1 - (minS / maxS) ** shape;
  return {
    fromS: minS,
    toS: maxS,
    meanS: ((shape * minS) / (shape - 1) / share) * (1 - (minS / maxS) ** (shape - 1)),
    density: (sizeS) => (shape / sizeS) * ((minS / sizeS) ** shape / share),
    larger: (sizeS) => 1 - (1 - (minS / sizeS) ** shape) / share,
  };
}

/** The distribution at one size x. */
export interface AtSize {
  readonly sizeS: number;
  readonly density: number;
  readonly larger: number;
  /** E[min(S, x)] and E[min(S, x)^2], the moments of the sizes cut off at x. */
  readonly cutMeanS: number;
  readonly cutSecondS2: number;
}

const STEPS = 20_000;
/** Steps are short where sizes are small, in proportion to the cube of their number. */
const POWER = 4;

/** The integral over all sizes, by Simpson's rule. */
export function integralOverSizes(sizes: Sizes, integrand: (at: AtSize) => number): number {
  const { fromS, toS } = sizes;
  const sizeAt = (step: number): number => fromS + (toS - fromS) * (step / STEPS) ** POWER;
  /** Of the size by the step. */
  const slopeAt = (step: number): number => ((toS - fromS) * POWER * (step / STEPS) ** (POWER - 1)) / STEPS;
  // The derivatives of the cut moments by the size are P(S > x) and 2 x P(S > x).
  const growth = (step: number): [number, number] => {
    const sizeS = sizeAt(step);
    const larger = sizes.larger(sizeS) * slopeAt(step);
    return [larger, 2 * sizeS * larger];
  };
  let [cutMeanS, cutSecondS2] = [fromS, fromS * fromS];
  let sum = 0;
  for (let step = 0; step <= STEPS; step++) {
    if (step > 0) {
      const [before, between, here] = [growth(step - 1), growth(step - 0.5), growth(step)];
      cutMeanS += (before[0] + 4 * between[0] + here[0]) / 6;
      cutSecondS2 += (before[1] + 4 * between[1] + here[1]) / 6;
    }
    const sizeS = sizeAt(step);
    const at = { sizeS, density: sizes.density(sizeS), larger: sizes.larger(sizeS), cutMeanS, cutSecondS2 };
    const weight = step === 0 || step === STEPS ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * integrand(at) * slopeAt(step);
  }
  return sum / 3;
}
