import { expect, test } from 'vitest';
import { threefry2x32 } from '../../../src/kernel/random/threefry.js';

// The known answers for "threefry2x32 13" published with Random123 1.09 (tests/kat_vectors).
test.each([
  [
    [0x00000000, 0x00000000],
    [0x00000000, 0x00000000],
    [0x9d1c5ec6, 0x8bd50731],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0xfd36d048, 0x2d17272c],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xba3e4725, 0xf27d669e],
  ],
])('Threefry-2x32-13 of counter %o under key %o is the published %o', (counter, key, expected) => {
  const out = new Uint32Array(2);
  threefry2x32(key[0], key[1], counter[0], counter[1], out);
  expect([...out]).toEqual(expected);
});
