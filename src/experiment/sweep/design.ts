/**
 * Where in the space of its factors a sweep looks.
 *
 * - `grid`: every combination, the last factor changing fastest.
 * - `random`: points drawn independently.
 * - `latin-hypercube`: each factor's values in as many equal parts as there are points, one point in each (McKay,
 *   Beckman & Conover, Technometrics 21 (1979), 239-245).
 * - `sobol`: Sobol's sequence with a random digital shift, so that what is estimated from the points is unbiased.
 *
 * Random numbers of a factor belong to its path: another factor beside it leaves its values as they are.
 */
import type { RandomStream } from '../../kernel/random/stream.js';
import { StreamFactory } from '../../kernel/random/streams.js';
import type { DesignKind } from './document.js';
import type { Factor } from './factor.js';
import { type Level, levelAt } from './levels.js';
import { fractionOfWord, SOBOL_DIMENSIONS_MAX, sobolWords } from './sobol.js';

/** A value for each factor, in their order. */
export type DesignPoint = readonly Level[];

export interface Design {
  readonly kind: DesignKind;
  /** Points asked for; of a grid its size. */
  readonly requested: number;
  /** All different. */
  readonly points: readonly DesignPoint[];
}

export interface DesignSpec {
  readonly kind: DesignKind;
  /** Not of a grid. */
  readonly points?: number | undefined;
  readonly seed: string;
}

/** A mistake in what was asked for, in words, and the key that it is about. */
export class DesignError extends Error {
  override readonly name = 'DesignError';

  constructor(
    readonly at: readonly ['points' | 'vary' | 'design', ...string[]],
    message: string,
  ) {
    super(message);
  }
}

export const POINTS_MAX = 100_000;

/** Throws `DesignError` where the factors do not fit the design. */
export function designOf(factors: readonly Factor[], { kind, points, seed }: DesignSpec): Design {
  if (kind === 'grid') return grid(factors, points);
  if (points === undefined) throw new DesignError(['points'], `a ${kind} design needs a number of points`);
  if (!(Number.isInteger(points) && points >= 1 && points <= POINTS_MAX))
    throw new DesignError(['points'], `expected 1 to ${POINTS_MAX} points, got ${points}`);
  const fractions = FRACTIONS[kind](factors, points, new StreamFactory(seed));
  const drawn = Array.from({ length: points }, (_, index) =>
    factors.map((factor, column) => levelAt(factor, fractions[column]![index]!)),
  );
  return { kind, requested: points, points: distinct(drawn) };
}

function grid(factors: readonly Factor[], points: number | undefined): Design {
  if (points !== undefined)
    throw new DesignError(
      ['points'],
      'a grid has the points that its values make; `points` belongs to the other designs (random, latin-hypercube, sobol)',
    );
  const levels = factors.map((factor) => {
    if (factor.levels === null)
      throw new DesignError(
        ['vary', factor.written],
        `${factor.path}: a range in a grid needs \`points N\` or \`step S\`, as in \`0.1..0.9 points 5\``,
      );
    return factor.levels;
  });
  const size = levels.reduce((product, { length }) => product * length, 1);
  if (size > POINTS_MAX)
    throw new DesignError(
      ['vary'],
      `the grid has ${size} points, more than ${POINTS_MAX}: take fewer values, or a latin-hypercube or sobol design`,
    );
  let combinations: Level[][] = [[]];
  for (const own of levels)
    combinations = combinations.flatMap((combination) => own.map((level) => [...combination, level]));
  return { kind: 'grid', requested: size, points: combinations };
}

/** By factor, then by point: numbers above 0 and below 1. */
type Fractions = (factors: readonly Factor[], points: number, streams: StreamFactory) => number[][];

const FRACTIONS: Readonly<Record<Exclude<DesignKind, 'grid'>, Fractions>> = {
  random: (factors, points, streams) =>
    factors.map(({ path }) => {
      const stream = streams.stream(`sweep/random/${path}`);
      return Array.from({ length: points }, () => stream.next());
    }),
  'latin-hypercube': (factors, points, streams) =>
    factors.map(({ path }) => {
      const stream = streams.stream(`sweep/latin-hypercube/${path}`);
      return shuffled(points, stream).map((cell) => (cell + stream.next()) / points);
    }),
  sobol: (factors, points, streams) => {
    if (factors.length > SOBOL_DIMENSIONS_MAX)
      throw new DesignError(
        ['design'],
        `a sobol design has at most ${SOBOL_DIMENSIONS_MAX} factors, got ${factors.length}; latin-hypercube has any number`,
      );
    const shift = new Uint32Array(
      factors.map(({ path }) => Math.floor(streams.stream(`sweep/sobol/${path}`).next() * 2 ** 32)),
    );
    const words = sobolWords(factors.length, points, shift);
    return factors.map((_, dimension) => words.map((point) => fractionOfWord(point[dimension]!)));
  },
};

/** 0 to count − 1 in random order (Fisher & Yates). */
function shuffled(count: number, stream: RandomStream): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(stream.next() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** The first of each. */
function distinct(points: readonly Level[][]): Level[][] {
  const seen = new Set<string>();
  return points.filter((point) => {
    const key = JSON.stringify(point.map(({ text }) => text));
    return !seen.has(key) && seen.add(key);
  });
}
