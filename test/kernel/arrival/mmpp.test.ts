import { describe, expect, test } from 'vitest';
import { stationaryShares } from '../../../src/kernel/arrival/stationary.js';
import { arrivals, countPerWindow, epochs, expectWithin4, meanOf, varianceOf } from './counting.js';

const bursty = {
  process: 'mmpp',
  states: [
    { rate: '0.2/s', sojourn: '50s' },
    { rate: '1.6/s', sojourn: '20s' },
  ],
};

/** Index of dispersion of counts in t of a two-state MMPP: Heffes & Lucantoni (1986), eq. 7. */
function indexOfDispersion(rates: [number, number], sojourns: [number, number], t: number): number {
  const [s1, s2] = [1 / sojourns[0], 1 / sojourns[1]];
  const s = s1 + s2;
  const limit = (2 * s1 * s2 * (rates[0] - rates[1]) ** 2) / (s * s * (rates[0] * s2 + rates[1] * s1));
  return 1 + limit * (1 - (1 - Math.exp(-s * t)) / (s * t));
}

describe('a Markov-modulated Poisson process of two states', () => {
  // (0.2 * 50 + 1.6 * 20) / 70
  const rate = 0.6;
  const windowS = 400;
  const windows = 10_000;
  const counts = countPerWindow(arrivals(bursty), windowS, windows);
  const dispersion = indexOfDispersion([0.2, 1.6], [50, 20], windowS);

  test('has the stationary mean rate', () => {
    expect(arrivals(bursty).meanRateHz).toBeCloseTo(rate, 14);
    const standardError = Math.sqrt((rate * windowS * dispersion) / windows);
    expectWithin4(meanOf(counts), rate * windowS, standardError);
  });

  test('has the index of dispersion of Heffes and Lucantoni', () => {
    expect(dispersion).toBeGreaterThan(10);
    const mean = meanOf(counts);
    const fourth = counts.reduce((sum, count) => sum + (count - mean) ** 4, 0) / windows;
    const standardError = Math.sqrt((fourth - varianceOf(counts) ** 2) / windows);
    // Neighbouring windows are slightly dependent, which the windows' length of 28 relaxation times makes negligible.
    expectWithin4(varianceOf(counts), rate * windowS * dispersion, standardError);
  });

  test('starts in its stationary distribution', () => {
    // Over seeds, the count in the first second has the stationary mean.
    const runs = 4000;
    let sum = 0;
    for (let seed = 0; seed < runs; seed += 1) sum += countPerWindow(arrivals(bursty, seed), 1, 1)[0];
    expectWithin4(sum / runs, rate, Math.sqrt((rate * 1.8) / runs));
  });

  test('keeps its path of states when a rate changes', () => {
    // With the busy state silent, what remains are arrivals of the quiet state at the same times of the path.
    const quiet = {
      ...bursty,
      states: [
        { rate: 50, sojourn: 50 },
        { rate: 0, sojourn: 20 },
      ],
    };
    const other = {
      ...bursty,
      states: [
        { rate: 80, sojourn: 50 },
        { rate: 0, sojourn: 20 },
      ],
    };
    const gaps = (spec: unknown): number[] => {
      const times = epochs(arrivals(spec), 100_000);
      return times.filter((timeS, i) => i > 0 && timeS - times[i - 1] > 2).map((timeS) => Math.round(timeS));
    };
    const [a, b] = [gaps(quiet), gaps(other)];
    expect(b.length).toBeGreaterThan(10);
    b.forEach((endS, i) => {
      expect(Math.abs(endS - a[i])).toBeLessThanOrEqual(1);
    });
  });
});

describe('with given transitions', () => {
  const states = [
    { rate: 1, sojourn: 10 },
    { rate: 2, sojourn: 20 },
    { rate: 6, sojourn: 5 },
  ];
  const transitions = [
    [0, 0.5, 0.5],
    [1, 0, 0],
    [0.5, 0.5, 0],
  ];

  test('the shares of time are those of the embedded chain weighed by the sojourns', () => {
    // pi = (4, 3, 2) / 9; weighed: 40, 60, 10.
    const shares = stationaryShares(
      transitions,
      states.map(({ sojourn }) => sojourn),
    );
    [40, 60, 10].forEach((share, i) => {
      expect(shares[i]).toBeCloseTo(share / 110, 14);
    });
  });

  test('the mean rate follows', () => {
    const process = arrivals({ process: 'mmpp', states, transitions });
    expect(process.meanRateHz).toBeCloseTo(220 / 110, 14);
    const counts = countPerWindow(process, 200, 5000);
    expectWithin4(meanOf(counts), 400, Math.sqrt(varianceOf(counts) / 5000));
  });

  test('three states without transitions follow in order', () => {
    expect(arrivals({ process: 'mmpp', states }).meanRateHz).toBeCloseTo((10 + 40 + 30) / 35, 14);
  });

  test.each([
    [{ transitions: [[0, 1]] }, 'transitions', /3 rows/],
    [
      {
        transitions: [
          [0, 0.5, 0.4],
          [1, 0, 0],
          [1, 0, 0],
        ],
      },
      'transitions.0',
      /not to 1/,
    ],
    [
      {
        transitions: [
          [0.5, 0.5, 0],
          [1, 0, 0],
          [1, 0, 0],
        ],
      },
      'transitions.0.0',
      /follow itself/,
    ],
    [{ states: states.map((state) => ({ ...state, rate: 0 })) }, 'states', /rate above 0/],
  ])('%j is refused', (change, path, message) => {
    expect(() => arrivals({ process: 'mmpp', states, ...change })).toThrow(
      expect.objectContaining({
        issues: [
          expect.objectContaining({
            path: path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
            message: expect.stringMatching(message),
          }),
        ],
      }),
    );
  });

  test('groups of states that never reach each other are refused', () => {
    const apart = [
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
      [0, 0, 1, 0],
    ];
    expect(() =>
      arrivals({ process: 'mmpp', states: [...states, { rate: 1, sojourn: 1 }], transitions: apart }),
    ).toThrow(/never reach/);
  });
});
