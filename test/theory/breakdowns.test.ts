import { expect, test } from 'vitest';
import { breakdownsAtAnyTime, breakdownsWhileServing } from './breakdowns.js';

const model = { arrivalRateHz: 0.5, serviceRateHz: 1, breakdownRateHz: 0.01, repairMeanS: 10 };

test('while serving: the figures of another derivation', () => {
  const { meanWaitS, meanSojournS } = breakdownsWhileServing(model);
  expect(meanWaitS).toBeCloseTo(2.4555555555555557, 12);
  expect(meanSojournS).toBeCloseTo(3.555555555555556, 12);
});

test('at any time: the balance of flows, solved by iteration', () => {
  // States: n tasks with the server up or down; n up to 400.
  const size = 400;
  let up = new Float64Array(size + 1);
  let down = new Float64Array(size + 1);
  up[0] = 1;
  const { arrivalRateHz: a, serviceRateHz: s, breakdownRateHz: b, repairMeanS } = model;
  const r = 1 / repairMeanS;
  const step = 1 / (a + s + b + r);
  for (let i = 0; i < 60_000; i++) {
    const nextUp = new Float64Array(size + 1);
    const nextDown = new Float64Array(size + 1);
    for (let n = 0; n <= size; n++) {
      const arrives = n < size ? a : 0;
      const serves = n > 0 ? s : 0;
      nextUp[n]! += up[n]! * (1 - step * (arrives + serves + b)) + down[n]! * step * r;
      nextDown[n]! += down[n]! * (1 - step * (arrives + r)) + up[n]! * step * b;
      if (n < size) {
        nextUp[n + 1]! += up[n]! * step * a;
        nextDown[n + 1]! += down[n]! * step * a;
      }
      if (n > 0) nextUp[n - 1]! += up[n]! * step * s;
    }
    up = nextUp;
    down = nextDown;
  }
  const mean = up.reduce((sum, share, n) => sum + n * (share + down[n]!), 0);
  const known = breakdownsAtAnyTime(model);
  expect(mean).toBeCloseTo(known.meanNumber, 6);
  expect(down.reduce((sum, share) => sum + share, 0)).toBeCloseTo(known.downFraction, 9);
});
