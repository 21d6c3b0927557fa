import { describe, expect, test } from 'vitest';
import type { PoolLoad } from '../../../src/policies/points.js';
import { predictive } from '../../../src/policies/scaling/predictive.js';
import { make } from '../make.js';
import { load } from './load.js';

/** Nodes wanted at each look, a minute apart, while so many units are taken. */
function follow(parameters: object, taken: readonly number[], given: Partial<PoolLoad> = {}): number[] {
  const policy = make(predictive, { target: 0.5, interval: 60, downWindow: 0, season: 0, ...parameters });
  return taken.map((meanUnitsTaken, look) =>
    policy.wanted(load({ unitsPerNode: 4, ...given, meanUnitsTaken }), (look + 1) * 60),
  );
}

describe('a rush of two minutes every ten', () => {
  const minutes = Array.from({ length: 30 }, (_, minute) =>
    minute % 10 === 5 || minute % 10 === 6 ? 40 : 4,
  );
  const nodesAt = (provisionS: number, minute: number) =>
    follow({ season: 600 }, minutes, { provisionS })[minute];

  test('is ordered as long before as nodes take to come, from the second time on', () => {
    // Looks are at the ends of minutes: what is ordered after minute 12 and takes 120 s is there for minute 15.
    expect([11, 12, 13].map((minute) => nodesAt(120, minute))).toEqual([2, 20, 20]);
    expect([13, 14].map((minute) => nodesAt(0, minute))).toEqual([2, 20]);
    expect(nodesAt(120, 2)).toBe(2);
  });

  test('nodes for what there is now stay, whatever is foreseen', () => {
    // After minute 16, the last of the rush, little is foreseen, but forty units are still taken.
    expect(nodesAt(0, 16)).toBe(20);
    expect(nodesAt(0, 17)).toBe(2);
  });
});

test('those who wait are part of the demand', () => {
  expect(follow({}, [8], { waitingUnits: 32 })).toEqual([20]);
});

test('without a season the trend is followed as far as nodes take to come', () => {
  // One unit more a minute: level 100 is foreseen as 103 three minutes ahead, as soon as the trend is known.
  const rising = Array.from({ length: 101 }, (_, minute) => minute);
  const parameters = { trendSmoothing: 0.9, levelSmoothing: 0.9, target: 0.25 };
  expect(follow(parameters, rising, { provisionS: 120 }).at(-1)).toBe(103);
});

test('says by how much it was off', () => {
  const policy = make(predictive, { interval: 60, season: 0, levelSmoothing: 1, trendSmoothing: 0 });
  for (const [look, meanUnitsTaken] of [4, 6, 3].entries())
    policy.wanted(load({ meanUnitsTaken }), 60 * (look + 1));
  expect(policy.measures!(180)).toEqual({ forecast_error_units: 2.5 });
  policy.beginMeasuring!(180);
  expect(policy.measures!(180)).toEqual({ forecast_error_units: 0 });
});
