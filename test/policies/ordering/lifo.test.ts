import { expect, test } from 'vitest';
import { lifo } from '../../../src/policies/ordering/lifo.js';
import { make } from '../make.js';

test('asks for the plain structure and for no key that tells tasks apart', () => {
  const order = make(lifo, {}, { tasks: [{ priority: 9 }, { priority: 1 }] });
  expect(order.structure).toBe('lifo');
  expect(order.key(0, 0)).toBe(order.key(1, 5));
});
