import { expect, test } from 'vitest';
import { RandomStream, uniformOf } from '../../../src/kernel/random/stream.js';
import { expectUniform } from './uniformity.js';

test('a stream is xoshiro128**: its first words from state 1, 2, 3, 4', () => {
  // The reference implementation's output, as in the tests of the Rust crate rand_xoshiro.
  const stream = new RandomStream(1, 2, 3, 4);
  expect(stream.next()).toBe(uniformOf(11520, 0));
  expect(stream.next()).toBe(uniformOf(5927040, 70819200));
  expect(stream.next()).toBe(uniformOf(2031721883, 1637235492));
});

test('numbers are uniform, singly and in pairs', () => {
  expectUniform(new RandomStream(0x12345678, 0x9abcdef0, 0x0fedcba9, 0x87654321), 200_000);
});

test('the extreme words give numbers inside the open interval, symmetric about a half', () => {
  expect(uniformOf(0, 0)).toBe(2 ** -53);
  expect(uniformOf(0xffffffff, 0xffffffff)).toBe(1 - 2 ** -53);
  expect(uniformOf(-1, -1)).toBe(1 - 2 ** -53);
});

test('a state of zeros, which would stay there, is refused', () => {
  expect(() => new RandomStream(0, 0, 0, 0)).toThrow('state');
});
