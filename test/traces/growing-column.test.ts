import { expect, test } from 'vitest';
import { growingFloats, growingIntegers } from '../../src/traces/growing-column.js';

test('a column keeps every value through its growth and gives any order of them', () => {
  const column = growingFloats();
  for (let i = 0; i < 5000; i++) column.push(i / 2);
  expect(column.at(4999)).toBe(2499.5);
  expect(column.pick(Uint32Array.of(4999, 0, 1024, 1023))).toEqual(Float64Array.of(2499.5, 0, 512, 511.5));
});

test('what is picked holds nothing else, so that it can be sent to a worker cheaply', () => {
  const column = growingIntegers();
  column.push(7);
  const picked = column.pick(Uint32Array.of(0));
  expect(picked).toEqual(Int32Array.of(7));
  expect(picked.buffer.byteLength).toBe(4);
});
