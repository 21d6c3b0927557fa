/**
 * Least squares on relative errors: the published times span two orders of magnitude, and 5% matters as much at
 * 50 ms as at 2 s. Few unknowns and few points, so the normal equations serve (Gaussian elimination, with the
 * largest pivot of each column).
 */
import type { BatchSeconds } from './timing.js';

/** Seconds published for a batch size, or for a prompt of so many tokens. */
export interface Point {
  readonly at: number;
  readonly s: number;
}

/** Coefficients x that minimise the sum over the points of (sum_j x_j basis_j(at) / s - 1)^2. */
export function leastSquares(
  points: readonly Point[],
  basis: readonly ((at: number) => number)[],
): readonly number[] {
  const rows = points.map(({ at, s }) => basis.map((term) => term(at) / s));
  const matrix = basis.map((_, i) => [
    ...basis.map((__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  return solved(matrix);
}

/** The solution of the linear equations whose rows are coefficients and right-hand side. */
function solved(matrix: number[][]): readonly number[] {
  const size = matrix.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1)
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    const chosen = matrix[pivot]!;
    matrix[pivot] = matrix[column]!;
    matrix[column] = chosen;
    for (const row of matrix) {
      if (row === chosen) continue;
      const factor = row[column]! / chosen[column]!;
      for (let k = column; k <= size; k += 1) row[k] = row[k]! - factor * chosen[k]!;
    }
  }
  return matrix.map((row, index) => row[size]! / row[index]!);
}

/** The broken line with corners at the knots that is nearest to the points. */
export function fittedTable(points: readonly Point[], knots: readonly number[]): readonly BatchSeconds[] {
  const heights = leastSquares(
    points,
    knots.map((knot, index) => (at) => hat(at, knots[index - 1] ?? knot, knot, knots[index + 1] ?? knot)),
  );
  return knots.map((batch, index) => ({ batch, s: heights[index]! }));
}

/** 1 at the middle, 0 at and beyond its neighbours, straight between. */
function hat(at: number, left: number, middle: number, right: number): number {
  if (at === middle) return 1;
  if (at > left && at < middle) return (at - left) / (middle - left);
  return at > middle && at < right ? (right - at) / (right - middle) : 0;
}

export interface PromptCurve {
  readonly fixedS: number;
  readonly perTokenS: number;
  readonly perPairS: number;
}

/** Tokens in thousands while solving, so that the three columns are of one size. */
const SCALE = 1024;

/** t = fixed + perToken n + perPair n (n - 1) / 2. */
export function fittedPrompt(points: readonly Point[]): PromptCurve {
  const [fixedS, perKiloS, perSquareS] = leastSquares(points, [
    () => 1,
    (n) => n / SCALE,
    (n) => (n * (n - 1)) / 2 / (SCALE * SCALE),
  ]) as [number, number, number];
  return { fixedS, perTokenS: perKiloS / SCALE, perPairS: perSquareS / (SCALE * SCALE) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
