import { expect, test } from 'vitest';
import { missingColumn } from '../../src/traces/missing-column.js';

const error = (name: string, present: readonly string[]) =>
  missingColumn('jobs.csv', { name, path: ['columns', 'gpus'] }, present);

test('lists the columns, proposes the nearest and points at the key', () => {
  const { message, path } = error('num_gpu', ['timestamp', 'num_gpus', 'cluster']);
  expect(message).toBe(
    "jobs.csv has no column 'num_gpu' (did you mean 'num_gpus'?); it has: timestamp, num_gpus, cluster",
  );
  expect(path).toEqual(['columns', 'gpus']);
});

test('upper and lower case do not hide the nearest name', () => {
  expect(error('contexttokens', ['TIMESTAMP', 'ContextTokens']).message).toContain("mean 'ContextTokens'");
});

test('proposes nothing where nothing is near', () => {
  expect(error('gpus', ['timestamp', 'duration']).message).not.toContain('did you mean');
});

test('a very wide file is not listed in full', () => {
  const present = Array.from({ length: 100 }, (_, i) => `c${i}`);
  expect(error('gpus', present).message).toMatch(/c39 and 60 more$/);
});
