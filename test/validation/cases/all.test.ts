import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ValidationCase } from '../case.js';
import { allCases, theoryCases } from './all.js';

const { cases }: { cases: { name: string; source: string; expected: Record<string, number | number[]> }[] } =
  JSON.parse(readFileSync(new URL('../../theory/cases.json', import.meta.url), 'utf8'));

const caseOf = (name: string): ValidationCase | undefined => theoryCases.find((one) => one.name === name);

describe('every exact result of the list is held against the simulator', () => {
  test.each(cases)('$name', ({ name, source, expected }) => {
    const relative = /about 1e-4/.test(source) ? 1e-4 : 1e-9;
    const one = caseOf(name);
    expect(one, 'has a case').toBeDefined();
    if (one!.kind === 'skipped') return;
    const figures = one!.kind === 'simulated' ? one!.measures.map((measure) => measure.expected) : [];
    for (const [key, value] of Object.entries(expected))
      for (const figure of [value].flat())
        expect(
          figures.some((own) => Math.abs(own / figure - 1) < relative),
          `${key} = ${figure}`,
        ).toBe(true);
  });

  test('but for one model that is not there yet', () => {
    const missing = cases.filter(({ name }) => caseOf(name)!.kind === 'skipped');
    expect(missing.map(({ name }) => name)).toEqual(['fork-join of 2, rho=0.6']);
  });
});

test('no two cases have the same name, which is also their seed', () => {
  const names = allCases('.').map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const one of allCases('.')) if (one.kind === 'simulated') expect(one.scenario.run.seed).toBe(one.name);
});

test('a trace that is not at hand is skipped with where to get it', () => {
  const traces = allCases('/nowhere').filter(({ name }) => name.startsWith('arrivals per minute'));
  expect(traces).toHaveLength(2);
  for (const one of traces)
    expect(one).toMatchObject({ kind: 'skipped', reason: expect.stringMatching(/no \/nowhere.*https:/) });
});
