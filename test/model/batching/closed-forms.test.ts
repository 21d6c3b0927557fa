/** The two series behind the replica, each against counting one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeBlocks } from '../../../src/model/batching/decode-blocks.js';
import { Stretch } from '../../../src/model/batching/stretch.js';

test('blocks after m iterations, and the iterations that fit, are those counted sequence by sequence', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      lengths,
      fc.nat(50),
      fc.nat(200),
      (size, kv, ahead, free) => {
        const blocks = new DecodeBlocks(size);
        const counted = (m: number) => kv.reduce((sum, length) => sum + Math.ceil((length + m) / size), 0);
        // One leaves again on the way, so that the histogram has moved by then.
        blocks.add(5, 0);
        for (const length of kv) blocks.add(length, 0);
        blocks.advance(ahead);
        blocks.remove(5 + ahead, 0);
        expect(blocks.blocks).toBe(counted(ahead));
        expect(blocks.growth(free)).toBe(counted(ahead + free) - counted(ahead));
        let fit = 0;
        while (counted(ahead + fit + 1) - counted(ahead) <= free) fit++;
        expect(blocks.iterationsWithin(free)).toBe(fit);
      },
    ),
  );
});

test('the iteration under way is found for every time, at and beside the boundaries too', () => {
  const seconds = fc.double({ min: 0, max: 10, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      seconds,
      seconds,
      seconds,
      seconds,
      fc.integer({ min: 1, max: 100_000 }),
      share,
      (start, lead, first, growth, iterations, at) => {
        fc.pre(first > 1e-6);
        const stretch = new Stretch();
        stretch.begin(start, lead, first, growth, iterations);
        const m = Math.floor(at * (iterations - 1));
        const boundaryS = stretch.boundaryS(m);
        expect(stretch.endedBy(boundaryS)).toBe(m);
        expect(stretch.endedBy((boundaryS + stretch.boundaryS(m + 1)) / 2)).toBe(m);
      },
    ),
  );
});
