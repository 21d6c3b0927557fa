/** MMPP/M/1: Poisson arrivals at the rate of a state that changes after exponential times. */
import { add, identity, inverse, type Matrix, multiply, scale } from './matrix.js';

const ITERATIONS_MAX = 1_000_000;
const CONVERGED = 1e-16;

const diagonal = (values: readonly number[]): number[][] =>
  identity(values.length).map((row, i) => row.map((value) => value * values[i]!));

/** The share of time in each state: the rows' balance with one equation replaced by the sum. */
function stationaryShares(generator: Matrix): number[] {
  const withSum = generator.map((row) => [...row.slice(0, -1), 1]);
  return inverse(withSum).at(-1)!;
}

/**
 * Neuts (1981), Matrix-Geometric Solutions in Stochastic Models, 1.2 and 1.5: the vector of n in the system is that
 * of n-1 times R, the least solution of A0 + R A1 + R^2 A2 = 0. Since the state changes whatever the queue does, the
 * vectors add up to the states' shares, so p(0) = shares (I - R) and the mean number is shares R (I - R)^-1 1.
 * @param generator rates between states, each row adding up to 0
 */
export function mmppM1(stateRatesHz: readonly number[], generator: Matrix, serviceRateHz: number) {
  const one = identity(stateRatesHz.length);
  const up = diagonal(stateRatesHz);
  const stay = add(add(generator, up, -1), one, -serviceRateHz);
  const stayInverse = scale(inverse(stay), -1);
  let r: number[][] = scale(one, 0);
  for (let i = 0; ; i++) {
    if (i === ITERATIONS_MAX) throw new RangeError('R does not converge: is the queue stable?');
    const next = multiply(add(up, multiply(r, r), serviceRateHz), stayInverse);
    const change = Math.max(...next.flatMap((row, a) => row.map((value, b) => Math.abs(value - r[a]![b]!))));
    r = next;
    if (change < CONVERGED) break;
  }
  const shares = stationaryShares(generator);
  const arrivalRateHz = shares.reduce((sum, share, i) => sum + share * stateRatesHz[i]!, 0);
  const [byState] = multiply([shares], multiply(r, inverse(add(one, r, -1))));
  const meanInSystem = byState!.reduce((sum, value) => sum + value, 0);
  const [empty] = multiply([shares], add(one, r, -1));
  return {
    arrivalRateHz,
    meanInSystem,
    meanSojournS: meanInSystem / arrivalRateHz,
    pEmpty: empty!.reduce((sum, value) => sum + value, 0),
  };
}

/** The generator of two states, left at the given rates. */
export const twoStates = ([first, second]: readonly [number, number]): number[][] => [
  [-first, first],
  [second, -second],
];
