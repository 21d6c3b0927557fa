import { describe, expect, test } from 'vitest';
import { costSection } from '../../../src/report/sections/cost.js';
import { resultDocument } from '../../fixtures/result.js';

/** The section's text, its cells apart. */
const text = (document = resultDocument()): string =>
  costSection(document)
    .replaceAll(/<[^>]+>/g, ' | ')
    .replaceAll(/(\s*\|\s*)+/g, ' | ');

describe('the cost', () => {
  test('is told by pool, workload and tenant', () => {
    const section = text();
    for (const word of [
      'h100',
      'l40s',
      'Workload',
      'chat',
      'research',
      'all',
      'Tenant',
      'acme',
      'per million tokens',
    ])
      expect(section).toContain(word);
  });

  test('has no column for what costs nothing anywhere', () => {
    expect(text()).not.toContain('spot');
    expect(text()).not.toContain('Penalties');
    const document = resultDocument();
    document.estimates.pools.h100!.spot_cost_usd = { mean: 3, ci_low: 2, ci_high: 4 };
    document.estimates.workloads.chat!.cost.penalty_usd = { mean: 7, ci_low: 6, ci_high: 8 };
    expect(text(document)).toContain('spot');
    expect(text(document)).toContain('Penalties');
  });

  test('of tenants has the dearest first', () => {
    const section = text();
    expect(section.indexOf('acme')).toBeLessThan(section.indexOf('globex'));
  });

  test('is left out where nothing costs anything', () => {
    const document = resultDocument();
    const nothing = { mean: 0, ci_low: 0, ci_high: 0 };
    document.estimates.cost.total_usd = nothing;
    document.estimates.cost.penalty_usd = nothing;
    expect(costSection(document)).toBe('');
  });
});
