import { expect, test } from 'vitest';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { expectUncorrelated } from './uniformity.js';

const take = (source: { next(): number }, count: number): number[] =>
  Array.from({ length: count }, () => source.next());

test('equal seed and name give equal numbers, from any factory', () => {
  const [a, b] = [new StreamFactory(42), new StreamFactory(42)];
  b.stream('something/else').next();
  expect(take(a.stream('arrivals/checkout'), 600)).toEqual(take(b.stream('arrivals/checkout'), 600));
  expect(take(a.keyed('service/gpu').at(3, 4), 10)).toEqual(take(b.keyed('service/gpu').at(3, 4), 10));
});

test('another name or another seed gives independent numbers', () => {
  const factory = new StreamFactory(42);
  const base = take(factory.stream('a'), 50_000);
  expectUncorrelated(base, take(factory.stream('b'), 50_000));
  expectUncorrelated(base, take(new StreamFactory(43).stream('a'), 50_000));
  expect(factory.keyed('a').at(0, 0).next()).not.toBe(factory.keyed('b').at(0, 0).next());
});

test('the numbers of seed 1 are what they always were', () => {
  expect(take(new StreamFactory(1).stream('arrivals/web'), 3)).toMatchInlineSnapshot(`
    [
      0.9443812113930748,
      0.5217595581368067,
      0.2317685645621449,
    ]
  `);
  expect(take(new StreamFactory('1').keyed('service/gpu').at(5, 6), 3)).toMatchInlineSnapshot(`
    [
      0.433163132732043,
      0.8335604644640656,
      0.6200125300789433,
    ]
  `);
});
