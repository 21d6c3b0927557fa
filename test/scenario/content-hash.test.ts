import { describe, expect, test } from 'vitest';
import { ContentHash, canonicalText } from '../../src/scenario/content-hash.js';

const OFFSET_BASIS = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x0000000001000000000000000000013bn;

/** FNV-1a as its authors define it, in whole 128-bit arithmetic. */
const fnv1a = (bytes: Uint8Array): string =>
  bytes
    .reduce((hash, byte) => ((hash ^ BigInt(byte)) * PRIME) & (2n ** 128n - 1n), OFFSET_BASIS)
    .toString(16)
    .padStart(32, '0');

describe('the hash is 128-bit FNV-1a', () => {
  // Test vectors of draft-eastlake-fnv, appendix C.
  test.each([
    ['', '6c62272e07bb014262b821756295c58d'],
    ['a', 'd228cb696f1a8caf78912b704e4a8964'],
    ['foobar', '343e1662793c64bf6f0d3597ba446f18'],
  ])('of "%s"', (text, hex) => {
    expect(new ContentHash().addText(text).hex()).toBe(hex);
  });

  test('of every byte value, in pieces', () => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, i) => (i * 167) & 255);
    const hash = new ContentHash().addBytes(bytes.subarray(0, 100)).addBytes(bytes.subarray(100));
    expect(hash.hex()).toBe(fnv1a(bytes));
  });
});

describe('a column', () => {
  const hash = (column: Float64Array) => new ContentHash().addColumn(column).hex();

  test('counts by its numbers: a part of a buffer is that part', () => {
    expect(hash(Float64Array.of(1, 2, 3, 4).subarray(1, 3))).toBe(hash(Float64Array.of(2, 3)));
  });

  test('with one number changed, moved or left out has another hash', () => {
    const column = Float64Array.from({ length: 50 }, (_, i) => i / 3);
    const hashes = new Set([hash(column), hash(column.subarray(1)), hash(column.toReversed())]);
    for (const i of column.keys()) hashes.add(hash(column.with(i, column[i]! + 1e-12)));
    expect(hashes.size).toBe(53);
  });
});

test('equal data is equal text: what is undefined is left out, infinity is kept', () => {
  expect(canonicalText({ a: [1, 'x', null], b: undefined, c: Number.POSITIVE_INFINITY })).toBe(
    '{"a":[1,"x",null],"c":Infinity}',
  );
});
