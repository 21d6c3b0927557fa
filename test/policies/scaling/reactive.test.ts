import { describe, expect, test } from 'vitest';
import type { PoolLoad } from '../../../src/policies/points.js';
import { reactive } from '../../../src/policies/scaling/reactive.js';
import { make } from '../make.js';
import { load } from './load.js';

/** The first answer, without cool-down or rates. */
const wanted = (given: Partial<PoolLoad>, parameters: object = {}): number =>
  make(reactive, { target: 0.5, downWindow: 0, upNodes: 1000, ...parameters }).wanted(load(given), 0);

describe('desired = ceil(nodes × utilisation / target)', () => {
  test.each([
    // Documentation of the HorizontalPodAutoscaler: twice the target doubles, half of it halves.
    [{ nodes: 3, utilisation: 1 }, 6],
    [{ nodes: 6, utilisation: 0.25 }, 3],
    [{ nodes: 3, utilisation: 0.9 }, 6],
    [{ nodes: 10, utilisation: 0 }, 1],
    [{ nodes: 7, utilisation: 0.8 }, 12],
  ])('%o: %i', (given, expected) => {
    expect(wanted(given)).toBe(expected);
  });

  test('within a tenth of the target nothing is done', () => {
    expect([0.45, 0.5, 0.55].map((utilisation) => wanted({ nodes: 20, utilisation }))).toEqual([20, 20, 20]);
    expect([0.44, 0.56].map((utilisation) => wanted({ nodes: 20, utilisation }))).toEqual([18, 23]);
    expect(wanted({ nodes: 20, utilisation: 0.54 }, { tolerance: 0 })).toBe(22);
  });

  test('never less than the pool’s minimum nor more than its maximum', () => {
    expect(wanted({ nodes: 3, utilisation: 1, maxNodes: 4 })).toBe(4);
    expect(wanted({ nodes: 3, utilisation: 0, minNodes: 2 })).toBe(2);
  });
});

describe('nodes that are on their way', () => {
  test('count as idle, so they are not ordered again', () => {
    // Four nodes at 100% want eight; four are coming, and with them the pool is at its target.
    expect(wanted({ nodes: 4, coming: 4, utilisation: 1 })).toBe(8);
    expect(wanted({ nodes: 4, coming: 6, utilisation: 1 })).toBe(10);
    expect(wanted({ nodes: 4, coming: 2, utilisation: 1 })).toBe(8);
  });

  test('do not keep a pool from shrinking', () => {
    expect(wanted({ nodes: 8, coming: 2, utilisation: 0.2 })).toBe(4);
  });
});

test('a pool without nodes gets one when somebody waits', () => {
  const empty = { nodes: 0, minNodes: 0, utilisation: 0 };
  expect(wanted(empty)).toBe(0);
  expect(wanted({ ...empty, waitingTasks: 1 })).toBe(1);
  expect(wanted({ ...empty, coming: 1, waitingTasks: 9 })).toBe(1);
});

test('shrinks only after five minutes of less', () => {
  const policy = make(reactive, { target: 0.5 });
  const at = (nowS: number, utilisation: number) => policy.wanted(load({ nodes: 10, utilisation }), nowS);
  expect([at(0, 0.5), at(150, 0.2), at(299, 0.2), at(300, 0.2)]).toEqual([10, 10, 10, 4]);
});
