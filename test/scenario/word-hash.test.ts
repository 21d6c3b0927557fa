import { expect, test } from 'vitest';
import { hashWords } from '../../src/scenario/word-hash.js';

const words = (...bytes: readonly number[]) => new Int32Array(Uint8Array.from(bytes).buffer);
const text = (ascii: string) => words(...Array.from(ascii, (letter) => letter.charCodeAt(0)));

// Values that implementations of MurmurHash3_x86_32 agree on.
test.each([
  ['nothing', words(), 1, 0x514e28b7],
  ['nothing', words(), 0xffffffff, 0x81f16f39],
  ['four zeros', words(0, 0, 0, 0), 0, 0x2362f9de],
  ['four times 255', words(255, 255, 255, 255), 0, 0x76293b50],
  ['"aaaa"', text('aaaa'), 0x9747b28c, 0x5a97808a],
  ['"abcd"', text('abcd'), 0x9747b28c, 0xf0478627],
])('%s from seed %#', (_what, given, seed, hash) => {
  expect(hashWords(given, seed)).toBe(hash);
});

test('every second word is hashed as if the others were not there', () => {
  expect(hashWords(Int32Array.of(1, 2, 3, 4, 5), 7, 1, 2)).toBe(hashWords(Int32Array.of(2, 4), 7));
});
