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

  it('mark percentiles of too few values, with the numbers, and say below what the mark means', () => {
    expect(tableSections(resultDocument())).not.toContain('≈');
    const document = resultDocument();
    document.estimates.workloads.research!.latency_s.count = { mean: 80, ci_low: 75, ci_high: 85 };
    const html = tableSections(document);
    const [workloads, tenants] = html.split('<section id="tenants">');
    // The p99 of one workload, and the note.
    expect(workloads!.match(/≈/g)).toHaveLength(2);
    expect(workloads).toContain('<abbr title="400 values; 1,000 would be enough">≈</abbr>15.5');
    expect(workloads).toContain('fewer than 10 values lie beyond the percentile');
    expect(tenants).not.toContain('≈');
  });

  it('have the busiest links first, and count those that carried nothing', () => {
    const flat = (mean: number) => ({ mean, ci_low: null, ci_high: null });
    const link = (utilisation: number) => ({
      utilisation: flat(utilisation),
      peak_utilisation: flat(utilisation),
      carried_bytes: flat(utilisation * 1e9),
    });
    const document = resultDocument();
    const links = Object.fromEntries([
      ['unused', link(0)],
      ...Array.from({ length: 20 }, (_, index) => [`link-${index}`, link((index + 1) / 100)] as const),
    ]);
    const html = tableSections({ ...document, estimates: { ...document.estimates, links } });
    expect([...html.matchAll(/link-(\d+)/g)].map(([, index]) => Number(index))).toEqual(
      Array.from({ length: 12 }, (_, index) => 19 - index),
    );
    expect(html).toContain('8 that were less busy left out. Another 1 of 21 carried nothing.');
    expect(html).not.toContain('unused');
  });

  it('have columns about failures, fragments and scaling only where there are any', () => {
    const document = resultDocument();
    const pools = Object.fromEntries(
      Object.entries(document.estimates.pools).map(([name, pool]) => {
        const zero = { mean: 0, ci_low: 0, ci_high: 0 };
        return [name, { ...pool, fragmentation: zero, utilisation: { ...pool.utilisation, down: zero } }];
      }),
    );
    const without = tableSections({ ...document, estimates: { ...document.estimates, pools } });
    expect(without).not.toContain('>Down<');
    expect(without).not.toContain('>Fragmented<');
    const [first] = Object.keys(pools);
    const some = { mean: 0.1, ci_low: 0.1, ci_high: 0.1 };
    pools[first!] = { ...pools[first!]!, utilisation: { ...pools[first!]!.utilisation, down: some } };
    expect(tableSections({ ...document, estimates: { ...document.estimates, pools } })).toContain('>Down<');
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
