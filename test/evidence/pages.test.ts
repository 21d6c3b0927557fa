import { describe, expect, test } from 'vitest';
import type { MeasuredCase } from '../../src/cli/evidence.js';
import { policiesAt } from '../../src/policies/registry.js';
import { generatePage } from './pages.js';

const seen: MeasuredCase = {
  metric: 'total.latency_s.mean',
  better: 'lower',
  says: 'It is short.',
  against: 'lifo',
  without: 12,
  with: 4,
  difference: -8,
  ci_low: -9,
  ci_high: -7,
  replications: 10,
};
const headings = (page: string) => [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
const page = '# Placement\n\nHead.\n\n## best-fit\n\nBy hand.\n\n## More\n\nLast.\n';

describe('the page of a point', () => {
  test('gets a section for every policy, in the order of the registry, and keeps what else it has at its end', () => {
    const names = policiesAt('placement').map(({ name }) => name);
    expect(headings(generatePage('placement', page, {}))).toEqual([...names, 'More']);
    expect(generatePage('placement', page, {}).startsWith('# Placement\n\nHead.\n\n## ')).toBe(true);
  });

  test('keeps what is written by hand, under the generated part', () => {
    expect(generatePage('placement', page, {})).toMatch(/<!-- end -->\n\nBy hand\.\n\n## /);
    expect(generatePage('placement', page, {})).toMatch(/## More\n\nLast\.\n$/);
  });

  test('made again from itself it is the same', () => {
    const once = generatePage('placement', page, {});
    expect(generatePage('placement', once, {})).toBe(once);
  });

  test('shows the figures, and forgets old ones', () => {
    const evidence = { 'placement/best-fit': { example: '', helps: seen, hurts: { ...seen, with: 40 } } };
    const made = generatePage('placement', generatePage('placement', page, evidence), {
      'placement/best-fit': { example: '', helps: { ...seen, with: 5 }, hurts: seen },
    });
    expect(made).toContain(
      '| [helps](examples/placement/best-fit.helps.yaml): It is short. | `total.latency_s.mean` | 12.0 s (`lifo`) | 5.00 s | -8.00 [-9.00, -7.00] s |',
    );
    expect(made).not.toContain('40.0 s');
    expect(made.match(/By hand\./g)).toHaveLength(1);
  });

  test('begins with a title where there is none yet', () => {
    expect(generatePage('deadlines', '', {})).toMatch(
      /^# Deadlines\n\n## none\n\n<!-- generated: deadlines\/none -->/,
    );
  });
});
