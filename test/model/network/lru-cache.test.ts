import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LruCache } from '../../../src/model/network/lru-cache.js';

const put = (cache: LruCache, item: number, bytes: number): { kept: boolean; dropped: number[] } => {
  const dropped: number[] = [];
  return { kept: cache.put(item, bytes, (old) => dropped.push(old)), dropped };
};

test('the one used longest ago goes first, and a use counts', () => {
  const cache = new LruCache(10);
  put(cache, 1, 4);
  put(cache, 2, 4);
  cache.touch(1);
  expect(put(cache, 3, 4)).toEqual({ kept: true, dropped: [2] });
  expect([cache.items(), cache.usedBytes]).toEqual([[1, 3], 8]);
});

test('what is in use stays; where the rest is too little, nothing is dropped for nothing', () => {
  const cache = new LruCache(10);
  put(cache, 1, 4);
  put(cache, 2, 6);
  cache.pin(1);
  cache.pin(1);
  cache.unpin(1);
  expect(put(cache, 3, 7)).toEqual({ kept: false, dropped: [] });
  expect(cache.evict(1)).toBe(false);
  expect(put(cache, 4, 6)).toEqual({ kept: true, dropped: [2] });
  cache.unpin(1);
  expect(put(cache, 5, 10)).toEqual({ kept: true, dropped: [1, 4] });
  expect(() => cache.unpin(5)).toThrow(/not pinned/);
});

test('one that is larger than the cache is not kept', () => {
  const cache = new LruCache(10);
  put(cache, 1, 10);
  expect(put(cache, 2, 11)).toEqual({ kept: false, dropped: [] });
  expect(cache.items()).toEqual([1]);
});

test('after any uses it holds what a plain list would', () => {
  const bytesOf = (item: number): number => 1 + (item % 5) * 2;
  const use = fc.record({
    what: fc.constantFrom('put', 'put', 'put', 'touch', 'pin', 'unpin', 'evict', 'clear'),
    item: fc.nat(11),
  });
  fc.assert(
    fc.property(fc.nat(30), fc.array(use, { maxLength: 120 }), (capacity, uses) => {
      const cache = new LruCache(capacity);
      // The oldest first; pins beside.
      let list: number[] = [];
      const pins = new Map<number, number>();
      const pinned = (item: number): boolean => (pins.get(item) ?? 0) > 0;
      const sum = (items: readonly number[]): number =>
        items.reduce((total, item) => total + bytesOf(item), 0);
      for (const { what, item } of uses) {
        const there = list.includes(item);
        const others = list.filter((other) => other !== item);
        if (what === 'put') {
          const fits = there || sum(list.filter(pinned)) + bytesOf(item) <= capacity;
          expect(put(cache, item, bytesOf(item)).kept).toBe(fits);
          if (!fits) continue;
          list = [...others, item];
          while (sum(list) > capacity)
            list.splice(
              list.findIndex((other) => !pinned(other)),
              1,
            );
        } else if (what === 'touch') {
          expect(cache.touch(item)).toBe(there);
          if (there) list = [...others, item];
        } else if (what === 'pin') {
          expect(cache.pin(item)).toBe(there);
          if (there) pins.set(item, (pins.get(item) ?? 0) + 1);
        } else if (what === 'unpin' && pinned(item)) {
          expect(cache.unpin(item)).toBe(true);
          pins.set(item, pins.get(item)! - 1);
        } else if (what === 'evict') {
          const goes = there && !pinned(item);
          expect(cache.evict(item)).toBe(goes);
          if (goes) list = others;
        } else if (what === 'clear' && item === 0) {
          cache.clear();
          list = [];
          pins.clear();
        }
        expect(cache.items()).toEqual(list);
        expect([cache.usedBytes, cache.pinnedBytes]).toEqual([sum(list), sum(list.filter(pinned))]);
      }
    }),
  );
});
