import { describe, expect, it } from 'vitest';
import { comparisonCharts, comparisonPage } from '../../../src/report/comparison/page.js';
import { framed } from '../../../src/report/frame.js';
import { comparisonDocument } from '../../fixtures/comparison.js';
import { draw, marksIn } from '../../fixtures/draw.js';
import { pageText, sectionText, withEveryText } from '../../fixtures/page-text.js';

const HOSTILE = `</script><img src=x onerror="alert('2')">`;
const FIXED = new Set(['format', 'stopped', 'decision', 'comparison', 'better', 'method']);

describe('the report of a comparison', () => {
  const page = comparisonPage(comparisonDocument());

  it('says first who is best in what, and in what nobody is', () => {
    const verdict = sectionText(page, 'verdict');
    expect(verdict).toContain('★ hedged is best in 1 of 3: workload chat: latency p99.');
    expect(verdict).toContain('None is best beyond chance in 2: cost: total; total: reject fraction.');
  });

  it('sorts what each setup changes into better, worse, different and nothing found', () => {
    const verdict = sectionText(page, 'verdict');
    expect(verdict).toContain('✓ better: hedged held against base: verdict lower');
    expect(verdict).toContain('✗ worse: hedged held against base: verdict higher');
    expect(verdict).toContain("✗ worse: hedged's total: reject fraction changes by 2.50 [2.10, 2.90] pp");
    expect(verdict).toContain('◆ different: hedged held against base: verdict higher');
    expect(verdict).toContain('No difference found: workload chat: latency p99');
    expect(verdict).toContain('No difference that matters: pool gpus: utilisation busy');
    expect(verdict).toContain('The same: cost: total');
  });

  it('has each metric by setup with its interval, the change with its own, and the winner marked', () => {
    const metrics = sectionText(page, 'metrics');
    expect(metrics).toContain('80.0 [75.0, 85.0] s');
    expect(metrics).toContain('★ best 40.0 [38.0, 42.0] s −50% [−55, −45]% ✓ better');
    expect(metrics).toContain('−28% [−65, +10]% no difference found');
  });

  it('gives a difference in points where the baseline may be 0', () => {
    expect(sectionText(page, 'metrics')).toContain('2.50 [2.10, 2.90] pp ✗ worse');
  });

  it('tells which setups meet the SLOs, and which only perhaps', () => {
    const slos = sectionText(page, 'slos');
    expect(slos).toContain('All SLOs are met by hedged , lazy (uncertain).');
    expect(slos).toContain('✗ missed 80.0 [75.0, 85.0] s');
  });

  it('says what common random numbers saved', () => {
    expect(sectionText(page, 'verdict')).toContain('would have taken 4× as many replications');
  });

  it('shows only those policies of each setup that differ', () => {
    const policies = sectionText(page, 'policies');
    expect(policies).toMatch(/base ordering fifo .* hedged ordering priority .* lazy ordering lifo/);
    expect(policies.match(/first-fit/g)).toHaveLength(1);
  });

  it('gives the command that compares again', () => {
    expect(sectionText(page, 'again')).toContain(
      'wipsim compare SCENARIO.yaml --policy base --policy hedged --policy lazy --baseline base',
    );
  });

  it('has no chart without a place, and no place without a chart', () => {
    const html = framed(page, []);
    expect(page.charts.length).toBeGreaterThan(3);
    for (const { id } of page.charts) expect(html.split(`id="chart-${id}"`)).toHaveLength(2);
    expect(html.match(/id="chart-/g)).toHaveLength(page.charts.length);
  });

  it('is told for one pair of runs: no intervals, nothing found', () => {
    const document = comparisonDocument();
    document.replications = { looks: [1], used: 1, budget: 1 };
    for (const metric of document.metrics)
      for (const one of metric.differences) {
        one.difference = { mean: one.difference.mean, ci_low: null, ci_high: null };
        Object.assign(one, { relative: null, decision: 'no-difference-found', variance_reduction: null });
      }
    const text = pageText(comparisonPage(document));
    expect(text).not.toMatch(/NaN|undefined|null/);
    expect(text).toContain('no difference found');
    expect(text).not.toContain('Common random numbers');
  });

  it('escapes every text of the user', () => {
    const html = framed(comparisonPage(withEveryText(comparisonDocument(), HOSTILE, FIXED)), []);
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/&lt;\/script&gt;/g)!.length).toBeGreaterThan(20);
  });
});

describe('the charts of a comparison', () => {
  const charts = comparisonCharts(comparisonDocument());

  it.each(charts.map(({ id }) => id))('%s is drawn without a complaint', async (id) => {
    const { svg, complaints } = await draw(charts.find((chart) => chart.id === id)!);
    expect(complaints).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('draw a row of the forest for each difference that is a share of the baseline, and say what is missing', async () => {
    const forest = charts.find(({ id }) => id === 'forest')!;
    const { svg } = await draw(forest);
    // Three metrics by two setups; the rejections have a baseline of 0.
    expect(marksIn(svg, 'mark-symbol')).toBe(6);
    expect(forest.caption).toContain('2 are not drawn');
    expect(svg).toContain('workload chat: latency p99 · hedged');
  });

  it('show every run of every setup beside its interval', async () => {
    const { svg } = await draw(charts.find(({ id }) => id === 'metric-1')!);
    expect(marksIn(svg, 'mark-rect')).toBe(6);
    expect(marksIn(svg, 'mark-symbol')).toBe(3);
  });

  it('leave out a metric that is the same in every run', () => {
    const document = comparisonDocument();
    document.metrics[1]!.runs = { base: [9, 9], hedged: [9, 9], lazy: [9, 9] };
    expect(comparisonCharts(document).map(({ id }) => id)).not.toContain('metric-2');
  });

  it('widen the middle of the forest where something grows manifold', async () => {
    const document = comparisonDocument();
    document.metrics[0]!.differences[0]!.relative = { mean: 30, ci_low: 20, ci_high: 40 };
    const { svg, complaints } = await draw(comparisonCharts(document)[0]!);
    expect(complaints).toEqual([]);
    expect(svg).toContain('widened around 0');
    expect(svg).toContain('+1,000');
  });
});
