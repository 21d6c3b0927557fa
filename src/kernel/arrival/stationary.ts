/**
 * The share of time that a semi-Markov process spends in each state: solves pi P = pi, sum pi = 1 by Gaussian
 * elimination with pivoting, then weighs by the mean sojourns (Ross 2014, Introduction to Probability Models, 7.6).
 * NaN where the chain has no single stationary distribution.
 */
export function stationaryShares(
  transitions: readonly (readonly number[])[],
  sojournsS: ArrayLike<number>,
): number[] {
  const count = transitions.length;
  // Rows: the balance equation of every state but the last, then the sum; the last column is the right-hand side.
  const system = Array.from({ length: count }, (_, to) =>
    to < count - 1
      ? [...transitions.map((row, from) => row[to] - (from === to ? 1 : 0)), 0]
      : Array<number>(count + 1).fill(1),
  );
  for (let column = 0; column < count; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < count; row += 1)
      if (Math.abs(system[row][column]) > Math.abs(system[pivot][column])) pivot = row;
    if (Math.abs(system[pivot][column]) < 1e-12) return Array<number>(count).fill(Number.NaN);
    [system[column], system[pivot]] = [system[pivot], system[column]];
    for (let row = 0; row < count; row += 1) {
      if (row === column) continue;
      const factor = system[row][column] / system[column][column];
      for (let i = column; i <= count; i += 1) system[row][i] -= factor * system[column][i];
    }
  }
  const weighted = system.map((row, state) => Math.max(row[count] / row[state], 0) * sojournsS[state]);
  const total = weighted.reduce((sum, weight) => sum + weight, 0);
  return weighted.map((weight) => weight / total);
}
