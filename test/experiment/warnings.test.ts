import { expect, test } from 'vitest';
import { badRowWarnings } from '../../src/experiment/warnings.js';

const trace = { workload: 'jobs', file: 'jobs.csv', rows: 98, bad_rows: 0, bad_row_examples: [] };

test('bad rows of a trace are told with where they are; a clean trace is not mentioned', () => {
  const bad = { ...trace, bad_rows: 2, bad_row_examples: ['line 3: no time', 'line 4: no work'] };
  expect(badRowWarnings([trace, bad])).toEqual([
    'trace jobs.csv of workload jobs: 2 of 100 rows are bad and were left out (line 3: no time; line 4: no work)',
  ]);
});

test('more bad rows than examples are hinted at', () => {
  const bad = { ...trace, bad_rows: 9, bad_row_examples: ['line 3: no time'] };
  expect(badRowWarnings([bad])[0]).toMatch(/9 of 107 rows .*\(line 3: no time; …\)$/);
});
