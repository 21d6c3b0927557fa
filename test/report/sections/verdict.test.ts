import { describe, expect, it } from 'vitest';
import { verdictSection } from '../../../src/report/sections/verdict.js';
import { resultDocument } from '../../fixtures/result.js';

describe('the verdict', () => {
  it('names the SLOs that are missed and counts what could still turn', () => {
    const html = verdictSection(resultDocument());
    expect(html).toContain(
      '2 of 4 SLOs missed: <b>research within 15 minutes</b>, <b>GPUs earn their keep</b>.',
    );
    expect(html).toContain('One verdict could turn with more replications.');
    expect(html).toContain('<span class="verdict missed">✗ missed, uncertain</span>');
  });

  it('says when all are met', () => {
    const document = resultDocument();
    document.slos = document.slos.filter((slo) => slo.met);
    expect(verdictSection(document)).toContain('<p class="headline met">All 2 SLOs are met.</p>');
  });

  it('gives the headline numbers where there are no SLOs', () => {
    const html = verdictSection(resultDocument({ slos: false }));
    expect(html).toContain('<h2>In short</h2>');
    expect(html).not.toContain('<table');
    expect(html).toContain('65.1 <span class="ci">[63.4, 66.8]</span> s');
    expect(html).toContain('$120.96');
    expect(html).toContain('h100, 16 GPUs');
  });

  it('marks an SLO on a percentile of too few values, and the p99 of all tasks', () => {
    const document = resultDocument();
    expect(verdictSection(document)).not.toContain('≈');
    document.estimates.workloads.research!.latency_s.count = { mean: 80, ci_low: 75, ci_high: 85 };
    expect(verdictSection(document)).toContain(
      '<td><abbr title="400 values; 1,000 would be enough">≈</abbr>15.5',
    );
    document.estimates.total.latency_s.count = { mean: 100, ci_low: 100, ci_high: 100 };
    expect(verdictSection(document)).toContain('>≈</abbr>65.1 <span');
  });
});
