/**
 * First and second moments of service times: all that the mean wait in M/G/1 depends on.
 * Johnson, Kotz & Balakrishnan (1994/95), Continuous Univariate Distributions, vol. 1 and 2.
 */
import { gamma as gammaFunction } from 'simple-statistics';

export interface Service {
  readonly meanS: number;
  /** E[S^2], seconds squared. */
  readonly secondS2: number;
}

export const deterministic = (meanS: number): Service => ({ meanS, secondS2: meanS * meanS });

export const exponential = (meanS: number): Service => ({ meanS, secondS2: 2 * meanS * meanS });

/** Any family that is given by mean and coefficient of variation. */
export const byMeanAndCv = (meanS: number, cv: number): Service => ({
  meanS,
  secondS2: meanS * meanS * (1 + cv * cv),
});

export const erlang = (k: number, meanS: number): Service => byMeanAndCv(meanS, 1 / Math.sqrt(k));

export const gamma = (shape: number, scaleS: number): Service => ({
  meanS: shape * scaleS,
  secondS2: shape * (shape + 1) * scaleS * scaleS,
});

export const weibull = (shape: number, scaleS: number): Service => ({
  meanS: scaleS * gammaFunction(1 + 1 / shape),
  secondS2: scaleS * scaleS * gammaFunction(1 + 2 / shape),
});

export const uniform = (minS: number, maxS: number): Service => ({
  meanS: (minS + maxS) / 2,
  secondS2: (minS * minS + minS * maxS + maxS * maxS) / 3,
});

/** Pareto I with the smallest value `scaleS`; the second moment is finite above shape 2. */
export const pareto = (shape: number, scaleS: number): Service => ({
  meanS: (shape * scaleS) / (shape - 1),
  secondS2: shape > 2 ? (shape * scaleS * scaleS) / (shape - 2) : Number.POSITIVE_INFINITY,
});

export const hyperexponential = (probabilities: readonly number[], meansS: readonly number[]): Service => ({
  meanS: meansS.reduce((sum, meanS, i) => sum + probabilities[i]! * meanS, 0),
  secondS2: meansS.reduce((sum, meanS, i) => sum + probabilities[i]! * 2 * meanS * meanS, 0),
});
