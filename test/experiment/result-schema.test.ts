import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runSetup } from '../../src/execution/run-setup.js';
import { ThisThread } from '../../src/execution/this-thread.js';
import { resultSchema } from '../../src/experiment/result-schema.js';
import { resultDocument } from '../fixtures/result.js';
import { mm1 } from './mm1.js';
import { setupOf } from './setup-of.js';

async function realDocument(): Promise<unknown> {
  const slos = [{ metric: 'pools.server.utilisation.busy', atLeast: '30%' }];
  const setup = {
    ...setupOf(mm1({ run: { warmup: 'auto' }, slos })),
    traces: [
      { workload: 'customers', file: 'a.csv', rows: 3, bad_rows: 1, bad_row_examples: ['line 2: no time'] },
    ],
  };
  return JSON.parse(JSON.stringify(await runSetup(setup, new ThisThread())));
}

describe('the schema of the result document', () => {
  it('fits a real document, and gives it back unchanged', async () => {
    const document = await realDocument();
    expect(resultSchema.parse(document)).toEqual(document);
  });

  it('fits documents with services, limits, a rollout and several tenants, of one replication too', () => {
    for (const replications of [1, 3])
      for (const controls of [false, true])
        expect(resultSchema.safeParse(resultDocument({ replications, controls })).error).toBeUndefined();
  });

  it('says the same as JSON Schema', async () => {
    const published = z.fromJSONSchema(z.toJSONSchema(resultSchema) as z.core.JSONSchema.JSONSchema);
    const document = (await realDocument()) as Record<string, unknown>;
    expect(published.safeParse(document).error).toBeUndefined();
    expect(published.safeParse({ ...document, seed: 7 }).success).toBe(false);
    expect(published.safeParse({ ...document, wall_clock_s: 7 }).success).toBe(false);
  });

  it('refuses a measure that is missing, unknown or no number', async () => {
    const real = await realDocument();
    const broken = (change: (measures: Record<string, unknown>) => void): boolean => {
      const document = structuredClone(real) as { runs: Record<string, unknown>[] };
      change(document.runs[0]!);
      return resultSchema.safeParse(document).success;
    };
    expect(broken(() => {})).toBe(true);
    expect(broken((run) => delete run.events)).toBe(false);
    expect(broken((run) => Object.assign(run, { speed: 1 }))).toBe(false);
    expect(broken((run) => Object.assign(run, { events: null }))).toBe(false);
  });
});
