import { describe, expect, test } from 'vitest';
import { badRowWarnings, resultWarnings } from '../../src/experiment/warnings.js';
import { compileObject } from '../../src/scenario/compile.js';
import { resultDocument } from '../fixtures/result.js';

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

describe('a p99 that every summary shows', () => {
  const compiled = (slos: object[]) =>
    compileObject({
      version: 1,
      name: 'two workloads',
      run: { duration: '2h' },
      pools: { gpu: {} },
      stages: { model: { pool: 'gpu' } },
      workloads: Object.fromEntries(
        ['chat', 'research'].map((name) => [
          name,
          { arrival: { process: 'poisson', rate: '1/s' }, workflow: [{ stage: 'model', work: '1ms' }] },
        ]),
      ),
      slos,
    });
  /** @param tasks of research in all of five replications */
  const warned = (tasks: number, slos: object[] = []): string[] => {
    const { estimates } = resultDocument();
    const { research } = estimates.workloads;
    const count = { mean: tasks / 5, ci_low: null, ci_high: null };
    const workloads = {
      ...estimates.workloads,
      research: {
        ...research!,
        completed: { ...count, mean: 100 },
        latency_s: { ...research!.latency_s, count },
      },
    };
    return resultWarnings(compiled(slos), { ...estimates, workloads }, 5, []);
  };

  test('is told where all replications together have fewer than 1,000 tasks for it', () => {
    expect(warned(1000)).toEqual([]);
    expect(warned(400)).toEqual([
      'too few tasks for a p99 of workload research (400): below 1000 it is mostly chance; make the run longer',
    ]);
  });

  test('is told once: not again where an SLO on it is told', () => {
    const slo = { name: 'research', metric: 'workloads.research.latency_s.p99', atMost: '1h' };
    expect(warned(400, [slo])).toEqual([
      'SLO "research": its p99 rests on 400 values; below 1000 it is mostly chance; make the run longer',
    ]);
  });
});
