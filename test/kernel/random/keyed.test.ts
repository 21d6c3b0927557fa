import { expect, test } from 'vitest';
import { DRAW_KEYS_MAX, KeyedRandom } from '../../../src/kernel/random/keyed.js';
import { expectUncorrelated, expectUniform } from './uniformity.js';

const make = (): KeyedRandom => new KeyedRandom(0x01234567, 0x89abcdef);

test('an address gives the same numbers whatever was drawn before', () => {
  const random = make();
  const first = [random.at(7, 3).next(), random.next(), random.next()];
  random.at(8, 3).next();
  random.at(7, 4).next();
  expect([random.at(7, 3).next(), random.next(), random.next()]).toEqual(first);
});

test('no two of (task, draw key, index) share a number, also at the ends of their ranges', () => {
  const random = make();
  const seen = new Set<number>();
  const serials = [0, 1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  const keys = [0, 1, 2, 2 ** 19, DRAW_KEYS_MAX - 1];
  for (const serial of serials)
    for (const key of keys) {
      random.at(serial, key);
      for (let index = 0; index < 4096; index += 1) seen.add(random.next());
    }
  expect(seen.size).toBe(serials.length * keys.length * 4096);
});

test('numbers are uniform along the index, along tasks and along draw keys', () => {
  const random = make();
  let serial = 0;
  expectUniform({ next: () => random.at(serial++, 5).next() }, 200_000);
  let key = 0;
  expectUniform({ next: () => random.at(99, key++).next() }, 200_000);
  let count = 0;
  expectUniform({ next: () => (count++ % 4096 === 0 ? random.at(count, 1) : random).next() }, 200_000);
});

test('neighbouring addresses and keys are uncorrelated', () => {
  const random = make();
  const other = new KeyedRandom(0x01234568, 0x89abcdef);
  const serials = Array.from({ length: 50_000 }, (_, i) => i);
  const base = serials.map((serial) => random.at(serial, 0).next());
  expectUncorrelated(
    base,
    serials.map((serial) => random.at(serial + 1, 0).next()),
  );
  expectUncorrelated(
    base,
    serials.map((serial) => random.at(serial, 1).next()),
  );
  expectUncorrelated(
    base,
    serials.map((serial) => other.at(serial, 0).next()),
  );
});

test('running out of an address is an error, not a collision', () => {
  const random = make().at(0, 0);
  for (let i = 0; i < 4096; i += 1) random.next();
  expect(() => random.next()).toThrow('4096');
  expect(() => random.at(0, DRAW_KEYS_MAX)).toThrow('draw key');
});
