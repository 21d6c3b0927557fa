import { expect, test } from 'vitest';
import { edf } from '../../../src/policies/ordering/edf.js';
import { make } from '../make.js';
import { serve } from './serve.js';

test('earliest deadline first; tasks without one come last, in order of arrival', () => {
  const tasks = [{}, { deadlineS: 20 }, {}, { deadlineS: 10 }];
  expect(serve(make(edf, {}, { tasks }), tasks)).toEqual([3, 1, 0, 2]);
});
