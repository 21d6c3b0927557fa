import { describe, expect, test } from 'vitest';
import { checkpointsBy, timeFor, workBy } from '../../src/model/checkpoint-cycle.js';
import { dalyIntervalS, timePerWork, youngIntervalS } from '../../src/model/checkpoint-interval.js';
import { observe, oneStage } from '../simulation/observe.js';

describe('the interval that loses least', () => {
  test('Young: the square root of twice the cost times the time between failures', () => {
    expect(youngIntervalS(50, 10_000)).toBe(1000);
  });

  test('Daly’s higher order, by hand for a cost of 2 and failures every 100', () => {
    // sqrt(400) (1 + sqrt(0.01)/3 + 0.01/9) - 2
    expect(dalyIntervalS(2, 100)).toBeCloseTo(20 * (1 + 0.1 / 3 + 0.01 / 9) - 2, 12);
  });

  test('a checkpoint that costs more than two times between failures is made once in each', () => {
    expect(dalyIntervalS(200, 100)).toBe(100);
    expect(dalyIntervalS(500, 100)).toBe(100);
  });

  test.each([
    [1, 100],
    [10, 100],
    [60, 36_000],
    [300, 4000],
  ])(
    'for a cost of %d and failures every %d it is within 0.1%% of the best that there is',
    (costS, mtbfS) => {
      const loss = (intervalS: number) => timePerWork({ intervalS, costS, restoreS: 0 }, mtbfS);
      let best = Number.POSITIVE_INFINITY;
      for (let factor = 0.1; factor < 10; factor *= 1.001)
        best = Math.min(best, loss(factor * youngIntervalS(costS, mtbfS)));
      expect(loss(dalyIntervalS(costS, mtbfS)) / best).toBeLessThan(1.001);
    },
  );
});

/** A job of 40,000 s on two nodes that each fail every 2,000 s: the gang every 1,000 s. */
describe('a simulated sweep', () => {
  const checkpoint = { cost: 20, restore: 30 };
  const takesS = (every: number, seeds: number): number => {
    let sum = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const { measures } = observe(
        oneStage({
          run: { seed },
          pools: {
            p: {
              mode: 'exclusive',
              nodes: 2,
              spanNodes: true,
              failures: { node: { mtbf: 2000, repair: 0 } },
              checkpoint: { every, ...checkpoint },
            },
          },
          workloads: { w: { workflow: [{ stage: 's', work: 40_000, gpus: 2 }] } },
        }),
        { rows: { w: [{ at: 0 }] } },
      );
      sum += measures.total.latency_s.mean;
    }
    return sum / seeds;
  };
  const best = dalyIntervalS(20, 1000);

  test('has its minimum at Daly’s interval', () => {
    const [much, some, least, more, most] = [best / 6, best / 2.5, best, best * 2.5, best * 6].map((every) =>
      takesS(every, 10),
    );
    expect(least).toBeLessThan(some!);
    expect(some).toBeLessThan(much!);
    expect(least).toBeLessThan(more!);
    expect(more).toBeLessThan(most!);
  });

  test('takes as long as Daly’s formula says', () => {
    const perWork = timePerWork({ intervalS: best, costS: 20, restoreS: 30 }, 1000);
    expect(takesS(best, 40) / (40_000 * perWork)).toBeCloseTo(1, 1.7);
  });
});

describe('work with a checkpoint of 1 s after every 4 s', () => {
  const cycle = { intervalS: 4, costS: 1 };

  test.each([
    [3, 3, 0],
    [4, 4, 0],
    [4.5, 4, 0],
    [5, 4, 1],
    [7, 6, 1],
    [11, 9, 2],
  ])('by %d s: %d s of work, %d checkpoints', (timeS, workS, checkpoints) => {
    expect([workBy(cycle, timeS), checkpointsBy(cycle, timeS)]).toEqual([workS, checkpoints]);
  });

  test('the time for work is what it takes until it is done, from any position', () => {
    for (const positionS of [0, 1, 3.5, 4, 4.75])
      for (const workS of [0.25, 0.5, 3, 4, 9.25]) {
        const doneS = positionS + timeFor(cycle, positionS, workS);
        expect(workBy(cycle, doneS) - workBy(cycle, positionS)).toBeCloseTo(workS, 12);
        expect(workBy(cycle, doneS - 1e-6) - workBy(cycle, positionS)).toBeLessThan(workS);
      }
  });
});
