import { describe, expect, it } from 'vitest';
import { controlSections } from '../../../src/report/sections/controls.js';
import { resultDocument } from '../../fixtures/result.js';

const html = controlSections(resultDocument({ controls: true }));

describe('what controls did', () => {
  it('is by workload, with columns only for what happened', () => {
    const document = resultDocument();
    document.estimates.total.hedges = { mean: 12, ci_low: 10, ci_high: 14 };
    const hedged = controlSections(document);
    expect(hedged).toContain('Hedged');
    expect(hedged).not.toContain('Fallback');
    expect(html).toContain('Side effects repeated');
    expect(html).toMatch(/<th scope="row" class="text">chat<\/th><td>606<\/td><td>1,212<\/td>/);
    expect(html).toMatch(/<th scope="row" class="text">research<\/th><td>0<\/td>/);
  });

  it('is not there where nothing happened', () => {
    expect(controlSections(resultDocument()).trim()).toBe('');
  });
});

describe('what policies say of themselves', () => {
  it('is a row a figure, the policy named once', () => {
    expect(html).toContain('What the controls say of themselves');
    expect(html.match(/concurrency\/vegas/g)).toHaveLength(1);
    expect(html).toMatch(/no load round trip<\/td><td>900 ms <span class="ci below">\[876, 924\]<\/span>/);
    expect(html).toMatch(/open fraction<\/td><td>12\.5%/);
  });
});
