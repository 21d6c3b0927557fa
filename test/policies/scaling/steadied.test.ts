/** The behaviour of a HorizontalPodAutoscaler, with the examples of its documentation. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Steadied, steadyingParameters } from '../../../src/policies/scaling/steadied.js';

const steadied = (given: object = {}) => new Steadied(z.strictObject(steadyingParameters).parse(given));

/** A pool that does what it is told, from so many nodes on: nodes after each recommendation. */
function follow(
  steady: Steadied,
  start: number,
  recommended: readonly (readonly [number, number])[],
): number[] {
  let nodes = start;
  return recommended.map(([atS, recommendation]) => {
    nodes = steady.next(nodes, recommendation, atS);
    return nodes;
  });
}

describe('growing', () => {
  test('by default is by as many again, or by four, every 15 s', () => {
    const growth = follow(steadied(), 1, [
      [0, 100],
      [15, 100],
      [30, 100],
      [45, 100],
      [60, 100],
    ]);
    // 1 + 4; then 5 + 5, 10 + 10, ...
    expect(growth).toEqual([5, 10, 20, 40, 80]);
  });

  test('counts from what there was when the period began', () => {
    expect(
      follow(steadied(), 10, [
        [0, 14],
        [5, 100],
        [10, 100],
        [15, 100],
      ]),
    ).toEqual([14, 20, 20, 28]);
  });

  test('goes by the lowest recommendation of its cool-down', () => {
    const steady = steadied({ upWindow: 60 });
    const rising = [
      [0, 4],
      [20, 9],
      [40, 6],
      [60, 9],
      [80, 9],
      [100, 9],
      [101, 9],
    ] as const;
    expect(follow(steady, 4, rising)).toEqual([4, 4, 4, 6, 6, 9, 9]);
  });
});

describe('shrinking', () => {
  test('goes by the highest recommendation of the last five minutes', () => {
    const falling = [
      [0, 10],
      [100, 3],
      [200, 5],
      [299, 2],
      [300, 2],
      [499, 2],
      [500, 2],
      [599, 2],
    ] as const;
    expect(follow(steadied(), 10, falling)).toEqual([10, 10, 10, 10, 5, 5, 2, 2]);
  });

  test('by 10 per cent a minute: 80 to 72 and, rounded, to 64', () => {
    // The documentation of Kubernetes: 80 replicas, 10% in 60 s: 8 are removed; of 72 then 7.2, rounded up to 8.
    const steady = steadied({ downWindow: 0, downFraction: 0.1, downPeriod: 60 });
    expect(
      follow(steady, 80, [
        [0, 10],
        [30, 10],
        [60, 10],
      ]),
    ).toEqual([72, 72, 64]);
  });

  test('may be forbidden', () => {
    expect(
      follow(steadied({ downWindow: 0, downFraction: 0 }), 9, [
        [0, 1],
        [1000, 1],
      ]),
    ).toEqual([9, 9]);
  });
});

test('a recommendation between the two windows changes nothing', () => {
  const steady = steadied({ upWindow: 100, downWindow: 100 });
  expect(
    follow(steady, 5, [
      [0, 5],
      [10, 8],
      [20, 3],
      [30, 9],
      [40, 1],
    ]),
  ).toEqual([5, 5, 5, 5, 5]);
});
