import { describe, expect, it } from 'vitest';
import { tableSections } from '../../../src/report/sections/tables.js';
import { resultDocument } from '../../fixtures/result.js';

const sectionsIn = (html: string): string[] =>
  [...html.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id!);

describe('the key tables', () => {
  it('are one for each kind of thing in the scenario', () => {
    const expected = ['workloads', 'tenants', 'stages', 'limits', 'pools', 'services'];
    expect(sectionsIn(tableSections(resultDocument()))).toEqual(expected);
  });

  it('are left out where there is nothing to tell apart', () => {
    const document = resultDocument({ tenants: 1, limits: false });
    document.estimates = { ...document.estimates, services: {} };
    expect(sectionsIn(tableSections(document))).toEqual(['workloads', 'stages', 'pools']);
  });

  it('have links and data sets where there is a network', () => {
    const document = resultDocument();
    const flat = (mean: number) => ({ mean, ci_low: null, ci_high: null });
    document.estimates = {
      ...document.estimates,
      links: {
        'storage/out': {
          utilisation: flat(0.25),
          peak_utilisation: flat(1),
          carried_bytes: flat(3.2e12),
        },
      },
      data: {
        images: { uses: flat(12), hits: flat(9), hit_fraction: flat(0.75), fetched_bytes: flat(45e9) },
      },
    };
    const html = tableSections(document);
    expect(sectionsIn(html).slice(-2)).toEqual(['links', 'data']);
    for (const text of ['storage/out', '25%', '3.2 TB', 'images', '75%', '45 GB'])
      expect(html).toContain(text);
  });

  it('show intervals, and none for one replication', () => {
    expect(tableSections(resultDocument())).toContain('12.3 s <span class="ci below">[12.0, 12.7]</span>');
    expect(tableSections(resultDocument({ replications: 1 }))).not.toContain('class="ci');
  });

  it('list the tenant with the longest wait first', () => {
    const html = tableSections(resultDocument());
    expect(html.indexOf('umbrella')).toBeLessThan(html.indexOf('acme'));
  });
});
