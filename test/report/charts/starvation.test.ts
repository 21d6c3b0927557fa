import { describe, expect, it } from 'vitest';
import { longestWait, speed } from '../../../src/report/charts/starvation.js';
import { resultDocument } from '../../fixtures/result.js';

const namesIn = (chart: ReturnType<typeof longestWait>): string[] =>
  (chart!.spec.data as { values: { name: string }[] }).values.map(({ name }) => name);

describe('starvation', () => {
  it('has the tenant that waits longest on top', () => {
    expect(namesIn(longestWait(resultDocument()))).toEqual(['umbrella', 'initech', 'globex', 'acme']);
    expect(longestWait(resultDocument())!.title).toBe('Longest wait by tenant');
  });

  it('is shown by workload where there is one tenant', () => {
    const chart = longestWait(resultDocument({ tenants: 1 }));
    expect(chart!.title).toBe('Longest wait by workload');
    expect(namesIn(chart)).toEqual(['research', 'chat']);
  });

  it('has the slowest on top, and says when not all are drawn', () => {
    const document = resultDocument({ tenants: 30 });
    document.estimates.tenants['tenant-9']!.starvation.speed = { mean: 0.01, ci_low: null, ci_high: null };
    const chart = speed(document);
    expect(namesIn(chart)).toHaveLength(20);
    expect(namesIn(chart)[0]).toBe('tenant-9');
    expect(chart!.caption).toContain('The 20 worst of 30.');
  });
});
