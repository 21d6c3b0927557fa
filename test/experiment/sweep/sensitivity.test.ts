import { describe, expect, it } from 'vitest';
import { effectProbability } from '../../../src/experiment/sweep/blocked-effects.js';
import { designOf } from '../../../src/experiment/sweep/design.js';
import type { DesignKind, FactorEffect, FactorValue } from '../../../src/experiment/sweep/document.js';
import { type Factor, readFactor } from '../../../src/experiment/sweep/factor.js';
import { type SensitivityPoint, sensitivityOf } from '../../../src/experiment/sweep/sensitivity.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';

/**
 * First-order indices of the Ishigami function (T. Ishigami & T. Homma, 1990) with a = 7, b = 0.1, from its variances
 * V1 = (1 + bπ⁴/5)²/2, V2 = a²/8, V = V1 + V2 + 8b²π⁸/225: 0.3139, 0.4424, and 0 of the third, which acts only
 * together with the first.
 */
const ISHIGAMI: Readonly<Record<string, number>> = { x1: 0.3139, x2: 0.4424, x3: 0 };
const ishigami = ([x1, x2, x3]: number[]): number =>
  Math.sin(x1!) + 7 * Math.sin(x2!) ** 2 + 0.1 * x3! ** 4 * Math.sin(x1!);
const ANGLES = [1, 2, 3].map((i) => readFactor(`x${i}=-3.14159..3.14159`));

/** Sobol's g-function: V_i = 1/(3 (1 + a_i)²), V = Π(1 + V_i) − 1. */
const G = [0, 1, 4.5, 9, 99, 99];
const gFunction = (x: number[]): number =>
  x.reduce((product, value, i) => (product * (Math.abs(4 * value - 2) + G[i]!)) / (1 + G[i]!), 1);
const gVariances = G.map((a) => 1 / (3 * (1 + a) ** 2));
const gVariance = gVariances.reduce((product, v) => product * (1 + v), 1) - 1;

function effectsOf(
  factors: readonly Factor[],
  f: (x: number[]) => number,
  design: { kind: DesignKind; points?: number },
  seed = '1',
): Map<string, FactorEffect> {
  const { points } = designOf(factors, { ...design, seed });
  const sample = points.map((point) => ({
    values: point.map(({ value }) => value),
    runs: [f(point.map(({ value }) => value as number))],
  }));
  const { effects } = sensitivityOf('m', factors, sample, seed);
  return new Map(effects.map((effect) => [effect.factor, effect]));
}

/** Points of the grid whose metric, replication by replication, `at` tells. */
function gridOf(sizes: readonly number[], replications: number, at: (x: number[], r: number) => number) {
  let points: number[][] = [[]];
  for (const size of sizes)
    points = points.flatMap((point) => Array.from({ length: size }, (_, level) => [...point, level]));
  return points.map(
    (values): SensitivityPoint => ({
      values,
      runs: Array.from({ length: replications }, (_, r) => at(values, r)),
    }),
  );
}

const numbers = (...names: string[]) => names.map((name) => ({ name, kind: 'number' as const }));
const shares = (effects: readonly FactorEffect[]) =>
  Object.fromEntries(effects.map(({ factor, share }) => [factor, share.mean]));

/** Sum of twelve uniform numbers: near enough to normal, variance 1. */
function normals(seed: string): () => number {
  const stream = new StreamFactory(seed).stream('noise');
  return () => Array.from({ length: 12 }, () => stream.next()).reduce((sum, value) => sum + value, -6);
}

describe('sensitivity over scattered points', () => {
  it.each(['random', 'latin-hypercube', 'sobol'] as const)(
    'finds the first-order indices of the Ishigami function from a %s design',
    (kind) => {
      const effects = effectsOf(ANGLES, ishigami, { kind, points: 2048 });
      for (const [name, index] of Object.entries(ISHIGAMI))
        expect(Math.abs(effects.get(name)!.share.mean - index)).toBeLessThan(0.05);
      expect([...effects.keys()]).toEqual(['x2', 'x1', 'x3']);
      expect(effects.get('x1')!.found && effects.get('x2')!.found).toBe(true);
    },
  );

  it("finds those of Sobol's g-function, in their order", () => {
    const factors = G.map((_, i) => readFactor(`x${i}=0.0..1.0`));
    const effects = effectsOf(factors, gFunction, { kind: 'latin-hypercube', points: 2048 });
    for (const [i, v] of gVariances.entries())
      expect(Math.abs(effects.get(`x${i}`)!.share.mean - v / gVariance)).toBeLessThan(0.05);
    expect([...effects.keys()].slice(0, 3)).toEqual(['x0', 'x1', 'x2']);
  });

  it('has intervals that hold the truth about as often as they say', () => {
    const samples = 80;
    const held: Record<string, number> = { x1: 0, x2: 0 };
    for (let s = 0; s < samples; s++) {
      const effects = effectsOf(ANGLES, ishigami, { kind: 'random', points: 256 }, `seed ${s}`);
      for (const name of Object.keys(held)) {
        const { ci_low, ci_high } = effects.get(name)!.share;
        if (ci_low! <= ISHIGAMI[name]! && ci_high! >= ISHIGAMI[name]!) held[name]!++;
      }
    }
    // Nominally 95%; bins flatten the curve a little. Four standard errors below 93% are 82%.
    for (const count of Object.values(held)) expect(count / samples).toBeGreaterThan(0.82);
  });

  it('finds no effect where there is none, but for one sweep in twenty (Holm over all factors)', () => {
    const factors = [1, 2, 3, 4].map((i) => readFactor(`x${i}=0.0..1.0`));
    let wrong = 0;
    const sweeps = 150;
    const noise = normals('none');
    for (let s = 0; s < sweeps; s++) {
      // Heavy-tailed, as latencies are.
      const heavy = () => Math.exp(1.5 * noise());
      const effects = effectsOf(factors, heavy, { kind: 'random', points: 40 }, `seed ${s}`);
      if ([...effects.values()].some(({ found }) => found)) wrong++;
    }
    // Binomial with p = 0.05: 15 of 150 is 2.8 standard deviations above the mean.
    expect(wrong).toBeLessThanOrEqual(15);
  });

  it('tells which way the metric goes, and by how much from end to end', () => {
    const factors = [readFactor('up=0.0..1.0'), readFactor('down=0.0..1.0'), readFactor('bowl=-1.0..1.0')];
    const effects = effectsOf(factors, ([up, down, bowl]) => 3 * up! - 2 * down! + 4 * bowl! ** 2, {
      kind: 'latin-hypercube',
      points: 300,
    });
    expect(effects.get('up')).toMatchObject({ found: true, direction: 'rises' });
    expect(effects.get('down')).toMatchObject({ found: true, direction: 'falls' });
    expect(effects.get('bowl')).toMatchObject({ found: true, direction: 'unclear' });
    // Between the means of the outer parts, 6 of 17 bins each: 0.65 of the range.
    expect(effects.get('up')!.change.estimate.mean).toBeCloseTo(3 * 0.65, 0);
    const response = effects.get('bowl')!.response;
    expect(response.reduce((sum, { points }) => sum + points, 0)).toBe(300);
    expect(response[8]!.mean).toBeLessThan(response[0]!.mean - 2);
  });

  it('finds a weaker trend beside a strong factor with a heavy tail: a queue that blows up with few nodes', () => {
    const factors = [readFactor('nodes=1..3'), readFactor('rate=0.1..0.9')];
    const noise = normals('tail');
    const effects = effectsOf(
      factors,
      ([nodes, rate]) => (nodes === 1 ? 50 / (1 - rate!) : 1 + rate! / nodes!) * Math.exp(0.1 * noise()),
      { kind: 'sobol', points: 48 },
    );
    expect(effects.get('nodes')).toMatchObject({ found: true, direction: 'falls' });
    expect(effects.get('rate')).toMatchObject({ found: true, direction: 'rises' });
  });

  it('finds no effect where the others explain the metric whole', () => {
    const factors = [readFactor('nodes=1..3'), readFactor('rate=0.1..0.9'), readFactor('policy=x,y')];
    const effects = effectsOf(factors, ([nodes]) => 1.3 * nodes!, { kind: 'random', points: 60 });
    expect(effects.get('nodes')).toMatchObject({ found: true, direction: 'rises' });
    for (const name of ['rate', 'policy']) expect(effects.get(name)).toMatchObject({ found: false });
  });

  it('takes the noise of the simulation out of what is to be explained', () => {
    const noise = normals('noise');
    const factors = [readFactor('a=0.0..1.0'), readFactor('b=0.0..1.0')];
    const { points } = designOf(factors, { kind: 'latin-hypercube', points: 400, seed: '1' });
    const sample = points.map((point) => {
      const [a, b] = point.map(({ value }) => value as number);
      // Variances: of a 1/12, of b 1/12, of a mean over 8 runs 1/8.
      return {
        values: point.map(({ value }) => value),
        runs: Array.from({ length: 8 }, () => a! + b! + noise()),
      };
    });
    const { effects, unexplained_share } = sensitivityOf('m', factors, sample, '1');
    for (const share of Object.values(shares(effects))) expect(Math.abs(share - 0.5)).toBeLessThan(0.13);
    expect(unexplained_share).toBeLessThan(0.2);
  });

  it('is the same for the same seed', () => {
    const once = effectsOf(ANGLES, ishigami, { kind: 'random', points: 50 });
    expect(effectsOf(ANGLES, ishigami, { kind: 'random', points: 50 })).toEqual(once);
  });
});

describe('sensitivity over a grid', () => {
  it('splits the variance of an additive metric exactly: 4a + 2b over a, b in {0, 1} is 4 parts to 1', () => {
    const { effects, unexplained_share } = sensitivityOf(
      'm',
      numbers('b', 'a'),
      gridOf([2, 2], 3, ([b, a]) => 4 * a! + 2 * b!),
      '1',
    );
    expect(shares(effects)).toEqual({ a: 0.8, b: 0.2 });
    expect(effects.map(({ factor }) => factor)).toEqual(['a', 'b']);
    expect(unexplained_share).toBeCloseTo(0, 12);
    expect(effects[0]).toMatchObject({ p_value: 0, found: true, direction: 'rises' });
  });

  it('cannot be told from chance where each policy has one run', () => {
    const points = ['x', 'y', 'z'].map((name, index) => ({ values: [name], runs: [index] }));
    const [effect] = sensitivityOf('m', [{ name: 'policy', kind: 'category' }], points, '1').effects;
    expect(effect).toMatchObject({ p_value: null, found: null, direction: null });
  });

  it('leaves to nobody what only two factors together do: (−1)^(a+b)', () => {
    const grid = gridOf([2, 2], 3, ([a, b]) => ((a! + b!) % 2 === 0 ? 1 : -1));
    const { effects, unexplained_share } = sensitivityOf('m', numbers('a', 'b'), grid, '1');
    expect(shares(effects)).toEqual({ a: 0, b: 0 });
    expect(unexplained_share).toBe(1);
  });

  it('counts what varies between replications, the same at all points, as no noise', () => {
    const noise = normals('blocks');
    const luck = Array.from({ length: 5 }, () => 100 * noise());
    const grid = gridOf([3, 4], 5, ([a], r) => a! + luck[r]! + 0.01 * noise());
    const { effects } = sensitivityOf('m', numbers('a', 'idle'), grid, '1');
    expect(effects[0]).toMatchObject({ factor: 'a', found: true, direction: 'rises' });
    expect(effects[0]!.share.mean).toBeCloseTo(1, 3);
    expect(effects[0]!.change.estimate.mean).toBeCloseTo(2, 1);
    expect(effects[1]).toMatchObject({ factor: 'idle', found: false, direction: 'unclear' });
  });

  it('has the p value of repeated measures with the correction of Geisser and Greenhouse (SciPy: F = 39.75, ε = 0.602)', () => {
    const blocks = [
      [3.1, 4.0, 4.9, 7.2],
      [2.0, 3.5, 3.9, 6.9],
      [4.4, 4.1, 6.0, 9.5],
      [2.9, 3.3, 5.5, 6.0],
      [3.6, 5.2, 4.8, 8.8],
    ];
    // numpy.cov, double centring, scipy.stats.f.sf(F, 3ε, 12ε) of SciPy 1.17.
    expect(effectProbability(blocks)! / 0.00014587689071033939).toBeCloseTo(1, 9);
  });

  it('finds no effect where there is none, but for one sweep in twenty, however the levels vary', () => {
    const noise = normals('grid');
    const sweeps = 200;
    for (const spread of [0, 1.5]) {
      let wrong = 0;
      for (let s = 0; s < sweeps; s++) {
        // Luck of a level that all combinations of a replication share, more of it at higher levels.
        const luck = Array.from({ length: 5 }, () =>
          Array.from({ length: 4 }, (_, c) => spread * c * noise()),
        );
        const grid = gridOf([4, 3], 5, ([c], r) => luck[r]![c!]! + noise());
        const { effects } = sensitivityOf('m', numbers('c', 'd'), grid, '1');
        if (effects.some(({ found }) => found)) wrong++;
      }
      // Binomial with p = 0.05: 19 of 200 is 2.9 standard deviations above the mean.
      expect(wrong).toBeLessThanOrEqual(19);
    }
  });

  it('has intervals of shares that hold the truth: a in 0, 1, 2 and b in 0, 1/2 beside c without effect', () => {
    const noise = normals('cover');
    const truth: Readonly<Record<string, number>> = {
      a: 2 / 3 / (2 / 3 + 1 / 16),
      b: 1 / 16 / (2 / 3 + 1 / 16),
    };
    const held: Record<string, number> = { a: 0, b: 0 };
    const sweeps = 200;
    for (let s = 0; s < sweeps; s++) {
      const grid = gridOf([3, 2, 4], 8, ([a, b]) => a! + b! / 2 + noise());
      const { effects } = sensitivityOf('m', numbers('a', 'b', 'c'), grid, '1');
      for (const { factor, share } of effects)
        if (factor in held && share.ci_low! <= truth[factor]! && share.ci_high! >= truth[factor]!)
          held[factor]!++;
    }
    for (const count of Object.values(held)) expect(count / sweeps).toBeGreaterThan(0.86);
  });

  it('takes categories by name, and compares the lowest with the highest', () => {
    const names: FactorValue[] = ['fifo', 'lifo', 'edf'];
    const mean = [5, 9, 2];
    const noise = normals('names');
    const points = names.map((name, i) => ({
      values: [name],
      runs: Array.from({ length: 6 }, () => mean[i]! + 0.1 * noise()),
    }));
    const [effect] = sensitivityOf('m', [{ name: 'policy', kind: 'category' }], points, '1').effects;
    expect(effect).toMatchObject({ found: true, direction: null });
    expect(effect!.response.map(({ from }) => from)).toEqual(names);
    expect([effect!.change.from, effect!.change.to]).toEqual([2, 1]);
    expect(effect!.change.estimate).toMatchObject({ ci_low: null, ci_high: null });
  });

  it('holds the second of two categories against the first, with the paired t interval of the difference', () => {
    const points = [
      { values: ['base'], runs: [10, 14, 12, 16] },
      { values: ['limited'], runs: [8, 11, 11, 12] },
    ];
    const [effect] = sensitivityOf('m', [{ name: 'policy', kind: 'category' }], points, '1').effects;
    // Differences -2, -3, -1, -4: mean -2.5, standard error sqrt(5/3)/2, t(0.975; 3) = 3.18245.
    const { mean, ci_low, ci_high } = effect!.change.estimate;
    expect([effect!.change.from, effect!.change.to, mean]).toEqual([0, 1, -2.5]);
    expect(ci_low).toBeCloseTo(-2.5 - (3.18245 * Math.sqrt(5 / 3)) / 2, 4);
    expect(ci_high).toBeCloseTo(-2.5 + (3.18245 * Math.sqrt(5 / 3)) / 2, 4);
  });

  it('tells no direction that the metric itself contradicts: at most points down by little, at few up by much', () => {
    const load = Array.from({ length: 40 }, (_, i) => i);
    const points = load.map((x) => ({ values: [x], runs: [x >= 30 && x % 5 === 0 ? 1000 * x : -x] }));
    const [effect] = sensitivityOf('m', numbers('load'), points, '1').effects;
    expect(effect!.found).toBe(true);
    expect(effect!.change.estimate.mean).toBeGreaterThan(0);
    expect(effect!.direction).toBe('unclear');
  });

  it('has nothing to explain where the metric is the same everywhere', () => {
    const grid = gridOf([2, 3], 4, () => 7);
    expect(sensitivityOf('m', numbers('a', 'b'), grid, '1')).toMatchObject({ varies: false, effects: [] });
  });

  it('of which points are missing is judged by its points', () => {
    const grid = gridOf([5, 5], 3, ([a, b], r) => a! * 10 + ((b! * 7 + r) % 5)).slice(0, 22);
    const { effects, points } = sensitivityOf('m', numbers('a', 'b'), grid, '1');
    expect(points).toBe(22);
    expect(effects[0]).toMatchObject({ factor: 'a', found: true, direction: 'rises' });
    expect(effects[1]).toMatchObject({ factor: 'b', found: false });
  });
});
