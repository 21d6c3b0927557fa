/** What could never start, or never end, is told before a run. */
import { expect, test } from 'vitest';
import { changed, mistakes } from './mistakes.js';

test('more CPUs than any node has', () => {
  const nodes = changed('nodes: 2, gpusPerNode: 8', 'nodes: 2, gpusPerNode: 8, cpus: 96');
  expect(mistakes(changed('gpus: 4}', 'gpus: 4, cpus: 97}', nodes)).join()).toContain(
    '97 CPUs: it could never start',
  );
  expect(mistakes(changed('gpus: 4}', 'gpus: 4, cpus: 96}', nodes))).toEqual([]);
});

test('more tasks than anybody would wait for', () => {
  expect(mistakes(changed('rate: 1/min', 'rate: 1e20/s')).join()).toContain('at most 1000000000000');
});

test('memory kept free that leaves none', () => {
  const server = 'mode: batching, serving: {profile: llama-2-70b-h100-tp4, watermark: 1}';
  expect(mistakes(changed('slotsPerGpu: 4', server)).join()).toContain('expected a fraction below 1');
});
