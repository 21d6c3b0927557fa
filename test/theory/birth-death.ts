/** The share of time that a birth-death chain spends with 0, 1, 2, ... in the system. */

/** Weights above are scaled down, so that hundreds of servers do not overflow. */
const WEIGHT_MAX = 1e200;
/** An infinite chain is cut where what follows is below this share of the whole. */
const NEGLIGIBLE = 1e-18;

/**
 * Detailed balance, p(n) birth(n) = p(n+1) death(n+1): Gross, Shortle, Thompson & Harris (2008), Fundamentals of
 * Queueing Theory, 4th ed., 2.1. The chain ends where the birth rate is 0, or where it
 * dies out: the ratio of births to deaths must not rise with n.
 */
export function birthDeath(birthHz: (n: number) => number, deathHz: (n: number) => number): number[] {
  const weights = [1];
  let sum = 1;
  for (let n = 0; birthHz(n) > 0; n++) {
    const ratio = birthHz(n) / deathHz(n + 1);
    const weight = weights[n]! * ratio;
    // What follows is at most a geometric series.
    if (ratio < 1 && weight / (1 - ratio) < NEGLIGIBLE * sum) break;
    weights.push(weight);
    sum += weight;
    if (weight > WEIGHT_MAX) {
      for (let i = 0; i < weights.length; i++) weights[i]! /= WEIGHT_MAX;
      sum /= WEIGHT_MAX;
    }
  }
  return weights.map((weight) => weight / sum);
}

/** Mean of a number with these probabilities of 0, 1, 2, ... */
export const meanNumber = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, probability, n) => sum + n * probability, 0);
