import { expect, test } from 'vitest';
import { priority } from '../../../src/policies/ordering/priority.js';
import { make } from '../make.js';
import { serve } from './serve.js';

test('higher priority first, in order of arrival within one', () => {
  const tasks = [{ priority: 1 }, { priority: 5 }, { priority: -2 }, { priority: 5 }];
  expect(serve(make(priority, {}, { tasks }), tasks)).toEqual([1, 3, 0, 2]);
});
