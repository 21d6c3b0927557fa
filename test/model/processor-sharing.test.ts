import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProcessorSharing, type Throughput } from '../../src/model/processor-sharing.js';
import { FAIR_SHARE, ThroughputCurve } from '../../src/model/throughput-curve.js';

const fair = (servers = 1) => new ThroughputCurve(FAIR_SHARE, servers);

describe('by hand', () => {
  test('two tasks of 3 s and 1 s from 0 get half each: done at 2 and, 2 s alone later, at 4', () => {
    const server = new ProcessorSharing(fair());
    server.join(1, 3, 0);
    server.join(2, 1, 0);
    expect([server.nextS(), server.pop(), server.remaining(1, 2), server.nextS()]).toEqual([2, 2, 2, 4]);
    expect([server.pop(), server.size, server.nextS()]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
  });

  test('who leaves takes what is left along: 4 s of work, alone to 1, one of two to 3: 2 s are left', () => {
    const server = new ProcessorSharing(fair());
    server.join(1, 4, 0);
    server.join(2, 9, 1);
    expect([server.leave(1, 3), server.has(1), server.nextS()]).toEqual([2, false, 3 + 8]);
  });

  test('on two servers two tasks do not slow each other, three get two thirds each', () => {
    const server = new ProcessorSharing(fair(2));
    for (const id of [1, 2, 3]) server.join(id, 2, 0);
    expect(server.nextS()).toBeCloseTo(3, 12);
    server.leave(3, 0);
    expect(server.nextS()).toBe(2);
  });

  test('a server that becomes twice as fast at 1 does the 3 s that are left in 1.5 s', () => {
    const server = new ProcessorSharing(fair());
    server.join(1, 4, 0);
    server.changeSpeed(2, 1);
    expect([server.remaining(1, 1), server.nextS()]).toEqual([3, 2.5]);
  });

  test('tasks that end together end in the order in which they came', () => {
    const server = new ProcessorSharing(fair());
    for (const id of [7, 3, 5]) server.join(id, 1, 0);
    const ends = [0, 1, 2].map(() => [server.nextS(), server.pop()]);
    expect(ends).toEqual([
      [3, 7],
      [3, 3],
      [3, 5],
    ]);
  });

  test('one task is not taken twice, and none that is not there', () => {
    const server = new ProcessorSharing(fair());
    server.join(1, 1, 0);
    expect(() => server.join(1, 1, 0)).toThrow('task 1 shares already');
    expect(() => server.leave(2, 0)).toThrow('task 2 does not share');
    expect(() => server.join(2, 1, -1)).toThrow('shared until 0 s, asked at -1 s');
  });
});

describe('a throughput curve', () => {
  const points = [
    { concurrency: 1, throughput: 1 },
    { concurrency: 8, throughput: 4.5 },
    { concurrency: 16, throughput: 5 },
  ];

  test('is straight between its points, from the origin on, and constant beyond the last', () => {
    const curve = new ThroughputCurve(points, 1);
    expect([0, 1, 2, 5, 8, 12, 16, 17, 1000].map((n) => curve.of(n))).toEqual([
      0, 1, 1.5, 3, 4.5, 4.75, 5, 5, 5,
    ]);
    const late = new ThroughputCurve([{ concurrency: 4, throughput: 2 }], 1);
    expect([1, 2, 4, 5].map((n) => late.of(n))).toEqual([0.5, 1, 2, 2]);
  });

  test('of several GPUs is that of evenly spread tasks', () => {
    const [one, four] = [new ThroughputCurve(points, 1), new ThroughputCurve(points, 4)];
    for (const n of [4, 8, 20, 32, 48, 64, 100]) expect(four.of(n)).toBeCloseTo(4 * one.of(n / 4), 12);
    expect([1, 2, 3].map((n) => four.of(n))).toEqual([1, 2, 3]);
  });

  test('peaks where it is highest within the places, also where it falls again', () => {
    const falling = [...points, { concurrency: 32, throughput: 1 }];
    expect([2, 8, 12, 32].map((places) => new ThroughputCurve(falling, 1).peak(places))).toEqual([
      1.5, 4.5, 4.75, 5,
    ]);
  });
});

/** The same by its definition: everybody's work is reduced step by step, from one change to the next. */
class Fluid {
  private nowS = 0;
  private speed = 1;
  private readonly left = new Map<number, number>();

  constructor(private readonly throughput: Throughput) {}

  private get rate(): number {
    return (this.speed * this.throughput.of(this.left.size)) / this.left.size;
  }
  advance(toS: number): void {
    if (this.left.size > 0)
      for (const [id, workS] of this.left) this.left.set(id, workS - (toS - this.nowS) * this.rate);
    this.nowS = toS;
  }
  join(id: number, workS: number): void {
    this.left.set(id, workS);
  }
  leave(id: number): number {
    const workS = this.left.get(id)!;
    this.left.delete(id);
    return workS;
  }
  changeSpeed(speed: number): void {
    this.speed = speed;
  }
  get(id: number): number {
    return this.left.get(id)!;
  }
  get ids(): number[] {
    return [...this.left.keys()];
  }
  nextS(): number {
    return this.left.size === 0
      ? Number.POSITIVE_INFINITY
      : this.nowS + Math.min(...this.left.values()) / this.rate;
  }
}

const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('join'), workS: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('speed'), speed: fc.constantFrom(0.25, 1, 3) }) },
);
const changes = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 12 }).map((n) => n / 4),
    change,
  ),
  {
    maxLength: 60,
  },
);
const curves = fc.constantFrom(
  fair(),
  fair(3),
  new ThroughputCurve(
    [
      { concurrency: 1, throughput: 0.7 },
      { concurrency: 4, throughput: 3 },
      { concurrency: 9, throughput: 1 },
    ],
    2,
  ),
);

test('whoever joins and leaves when: the same ends and remains as work reduced step by step', () => {
  fc.assert(
    fc.property(curves, changes, (curve, list) => {
      const server = new ProcessorSharing(curve);
      const fluid = new Fluid(curve);
      let nowS = 0;
      let nextId = 0;
      const finishUntil = (untilS: number): void => {
        while (server.nextS() <= untilS) {
          const atS = server.nextS();
          expect(atS).toBeCloseTo(fluid.nextS(), 6);
          fluid.advance(atS);
          const id = server.pop();
          expect(fluid.leave(id)).toBeCloseTo(0, 6);
        }
      };
      for (const [afterS, one] of list) {
        nowS += afterS;
        finishUntil(nowS);
        fluid.advance(nowS);
        if ('workS' in one) {
          server.join(nextId * 32, one.workS, nowS);
          fluid.join(nextId++ * 32, one.workS);
        } else if ('speed' in one) {
          server.changeSpeed(one.speed, nowS);
          fluid.changeSpeed(one.speed);
        } else if (fluid.ids.length > 0) {
          const id = fluid.ids[one.which % fluid.ids.length]!;
          expect(server.leave(id, nowS)).toBeCloseTo(fluid.leave(id), 6);
        }
        expect(server.size).toBe(fluid.ids.length);
        for (const id of fluid.ids) expect(server.remaining(id, nowS)).toBeCloseTo(fluid.get(id), 6);
      }
      finishUntil(Number.MAX_VALUE);
      expect([server.size, fluid.ids]).toEqual([0, []]);
    }),
    { numRuns: 300 },
  );
});

test('virtual time begins anew with every busy period: after a million of them no digit is lost', () => {
  const server = new ProcessorSharing(fair());
  for (let i = 0; i < 1_000_000; i++) {
    server.join(i, 0.1, i);
    server.pop();
  }
  server.join(0, 1 / 3, 2 ** 20);
  expect(server.remaining(0, 2 ** 20)).toBe(1 / 3);
});
