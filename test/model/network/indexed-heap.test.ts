import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexedHeap } from '../../../src/model/network/indexed-heap.js';

test('an empty heap has nothing before Infinity', () => {
  const heap = new IndexedHeap();
  expect([heap.size, heap.topKey, heap.has(3)]).toEqual([0, Number.POSITIVE_INFINITY, false]);
  heap.remove(3);
  expect(heap.size).toBe(0);
});

test('after any changes the top is the smallest key, among equals the smallest order', () => {
  const change = fc.record({ item: fc.nat(60), key: fc.nat(8), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const heap = new IndexedHeap();
      const naive = new Map<number, { key: number; order: number }>();
      for (const { item, key, remove } of changes) {
        const order = 100 - item;
        if (remove) heap.remove(item);
        else heap.set(item, key, order);
        if (remove) naive.delete(item);
        else naive.set(item, { key, order });
        const [first] = [...naive].sort(([, a], [, b]) => a.key - b.key || a.order - b.order);
        expect(heap.size).toBe(naive.size);
        expect(heap.has(item)).toBe(!remove);
        if (first)
          expect([heap.top, heap.topKey, heap.keyOf(first[0])]).toEqual([
            first[0],
            first[1].key,
            first[1].key,
          ]);
      }
    }),
  );
});
