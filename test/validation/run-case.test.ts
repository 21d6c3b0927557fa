import { describe, expect, test } from 'vitest';
import type { SimulatedCase } from './case.js';
import { delayCases } from './cases/delay.js';
import { lossCases } from './cases/loss.js';
import { priorityCases } from './cases/priorities.js';
import { runCase, valueAt } from './run-case.js';

const SHORTER = 25;

/** Few of the arrivals, and intervals as wide as that makes them. */
function shortened(one: SimulatedCase): SimulatedCase {
  const { duration, warmup, ...run } = one.scenario.run;
  return {
    ...one,
    scenario: { ...one.scenario, run: { ...run, duration: duration / SHORTER, warmup: warmup / SHORTER } },
    precision: { relative: 0.1, because: 'a short run' },
  };
}

function named(cases: readonly SimulatedCase[], name: string): SimulatedCase {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return shortened(found);
}

const mm1 = named(delayCases, 'M/M/1 rho=0.5');

describe('the simulator agrees with theory in short runs', () => {
  test.each([
    mm1,
    named(delayCases, 'M/M/8 rho=0.75'),
    named(lossCases, 'Erlang B 10'),
    named(priorityCases, 'M/M/1 non-preemptive priority'),
    named(priorityCases, 'M/M/1 preemptive-resume priority'),
  ])('$name', async (one) => {
    const rows = await runCase(one);
    expect(rows).toHaveLength(one.measures.length);
    for (const row of rows) expect(row.ok, `${row.label}: ${row.note}`).toBe(true);
  });
});

describe('what is wrong fails', () => {
  test('a mean wait 10% off, after a second look', async () => {
    const measures = mm1.measures.map((measure) =>
      measure.label === 'mean wait, s' ? { ...measure, expected: 1.1 * measure.expected } : measure,
    );
    const rows = await runCase({ ...mm1, measures });
    expect(rows.filter(({ ok }) => !ok).map(({ label }) => label)).toEqual(['mean wait, s']);
    expect(rows.find(({ ok }) => !ok)!.note).toContain(
      'not in the interval; measured again with 80 replications',
    );
  });

  test('a scenario that cannot be compiled, without stopping what follows', async () => {
    const [row] = await runCase({ ...mm1, scenario: { ...mm1.scenario, stages: {} } });
    expect(row).toMatchObject({ ok: false, expected: null });
    expect(row!.note).toContain('at least one stage');
  });

  test('one differing file of several', async () => {
    const [row] = await runCase({
      kind: 'exact',
      name: 'two files',
      source: 'test',
      compare: () => [{ label: 'files', expected: 2, measured: 1, difference: 'row 3' }],
    });
    expect(row).toMatchObject({ ok: false, note: 'row 3' });
  });
});

test('a skipped case has no verdict but a reason', async () => {
  const rows = await runCase({ kind: 'skipped', name: 'later', source: 'theory', reason: 'not yet' });
  expect(rows).toMatchObject([{ ok: null, note: 'not yet', measured: null }]);
});

test('a path that leads to no number is an error, not a zero', () => {
  const measures = { total: { arrived: 3 } } as unknown as Parameters<typeof valueAt>[0];
  expect(valueAt(measures, 'total.arrived')).toBe(3);
  expect(() => valueAt(measures, 'total.gone.mean')).toThrow('no number at total.gone.mean');
});
