import { describe, expect, it } from 'vitest';
import { framed } from '../../../src/report/frame.js';
import { sweepCharts, sweepPage } from '../../../src/report/sweep/page.js';
import { draw, marksIn } from '../../fixtures/draw.js';
import { pageText, sectionText, withEveryText } from '../../fixtures/page-text.js';
import { gridSweep, scatteredSweep } from '../../fixtures/sweep.js';

const HOSTILE = `</script><img src=x onerror="alert('2')">`;
const FIXED = new Set(['format', 'kind', 'scale', 'comparison', 'direction', 'method']);

const drawn = async (document: ReturnType<typeof gridSweep>, id: string) =>
  draw(sweepCharts(document).find((chart) => chart.id === id)!);

describe('the report of a sweep', () => {
  const page = sweepPage(gridSweep());

  it('lists the factors with their values and units', () => {
    expect(sectionText(page, 'factors')).toContain(
      'rate workloads.chat.arrival.rate number 10/min, 20/min, 40/min policy policy category base, hedged',
    );
  });

  it('has the points that meet the SLOs, cheapest first, and the command of the first that is certain', () => {
    const best = sectionText(page, 'best');
    expect(best).toContain('4 of 6 points meet all SLOs, 3 of them with certainty.');
    const order = [...best.matchAll(/(\d) (?:10|20)\/min (?:base|hedged) ✓/g)].map(([, index]) => index);
    expect(order).toEqual(['0', '2', '1', '3']);
    expect(best).toContain(
      'wipsim run SCENARIO.yaml --set workloads.chat.arrival.rate=10/min --seed 7 --replications 5',
    );
  });

  it('says which SLO is in the way where no point meets all', () => {
    const document = gridSweep();
    for (const point of document.points) point.slos[0] = { ...point.slos[0]!, met: false };
    expect(sectionText(sweepPage(document), 'best')).toContain(
      'None of the 6 points meets all SLOs. chat p95 is met at 0.',
    );
  });

  it('calls no point the best where there are no SLOs', () => {
    const document = gridSweep();
    for (const point of document.points) point.slos = [];
    expect(sectionText(sweepPage(document), 'best')).toContain('The scenario has no SLOs');
  });

  it('has every point with intervals, and marks those that miss', () => {
    const points = sectionText(page, 'points');
    expect(points).toContain('4 40/min base ✗ missed chat p95 5.00 min [4.50, 5.50]');
    expect(points).toContain('2 20/min base ✓ met, uncertain 29.0 s [26.1, 31.9]');
  });

  it('says what each factor does, and that it may be chance', () => {
    const found = sectionText(page, 'sensitivity');
    expect(found).toContain('rate 70.0% [65.0, 75.0] <0.001 rises 3.98 min [3.95, 4.02] 10/min to 40/min');
    expect(found).toContain('policy 10.0% [5.0, 15.0] 0.6 no effect found');
    expect(found).toContain('The same at every point: total: reject fraction.');
  });

  it('shows the first hundred points of many', () => {
    const document = gridSweep();
    document.points = Array.from({ length: 130 }, (_, index) => ({ ...document.points[0]!, index }));
    expect(sectionText(sweepPage(document), 'points')).toContain('The first 100; 30 more');
  });

  it('is told of one replication a point, without intervals', () => {
    const document = gridSweep();
    document.replications = 1;
    for (const { estimates } of document.points)
      for (const estimate of Object.values(estimates))
        Object.assign(estimate, { ci_low: null, ci_high: null });
    for (const effect of document.sensitivity.flatMap(({ effects }) => effects))
      Object.assign(effect, { p_value: null, found: null });
    const text = pageText(sweepPage(document));
    expect(text).not.toMatch(/NaN|undefined|null/);
    expect(text).toContain('One replication a point: no intervals.');
    expect(text).toContain('cannot be told');
  });

  it('has a place for every chart', () => {
    for (const document of [gridSweep(), scatteredSweep()]) {
      const own = sweepPage(document);
      const html = framed(own, []);
      for (const { id } of own.charts) expect(html.split(`id="chart-${id}"`)).toHaveLength(2);
      expect(html.match(/id="chart-/g)).toHaveLength(own.charts.length);
    }
  });

  it('escapes every text of the user', () => {
    const html = framed(sweepPage(withEveryText(gridSweep(), HOSTILE, FIXED)), []);
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/&lt;\/script&gt;/g)!.length).toBeGreaterThan(20);
  });
});

describe('the charts of a sweep', () => {
  it.each([
    ['grid', gridSweep()],
    ['scattered', scatteredSweep()],
  ] as const)('of a %s design are drawn without a complaint', async (_, document) => {
    for (const chart of sweepCharts(document)) {
      const { svg, complaints } = await draw(chart);
      expect(complaints, chart.id).toEqual([]);
      expect(svg, chart.id).not.toMatch(/NaN|undefined/);
    }
  });

  it('draw a line and a band for each level of the second factor, and the SLO', async () => {
    const { svg } = await drawn(gridSweep(), 'response-1');
    expect(marksIn(svg, 'mark-area')).toBe(2);
    expect(marksIn(svg, 'mark-line')).toBe(2);
    expect(svg).toContain('SLO ≤ 30 s');
    expect(svg).toContain('workload chat: latency p95 (logarithmic)');
    expect(svg).toContain('rate (/min)');
  });

  it('draw a cell for each point of two factors, marked by its SLO', async () => {
    const { svg } = await drawn(gridSweep(), 'heat-1');
    expect(svg).toContain('✗ 5 min');
    expect(svg).toContain('✓ 12 s');
  });

  it('draw no metric that is the same everywhere', () => {
    expect(sweepCharts(gridSweep()).map(({ id }) => id)).toEqual([
      'response-1',
      'response-2',
      'heat-1',
      'heat-2',
      'sensitivity-1',
      'sensitivity-2',
    ]);
  });

  it('of a scattered design show the points over the two factors that explain most, and the mean by bin', async () => {
    const ids = sweepCharts(scatteredSweep()).map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual(['scatter-1-1', 'scatter-1-3']);
    const { svg } = await drawn(scatteredSweep(), 'scatter-1-1');
    expect(marksIn(svg, 'mark-line')).toBe(1);
    // Five points, two bins.
    expect(marksIn(svg, 'mark-symbol')).toBe(7);
  });

  it('of a factor without order have points and intervals, no line', async () => {
    const document = gridSweep();
    document.factors[0] = { ...document.factors[0]!, levels: [10] };
    document.points = document.points.slice(0, 2);
    const { svg } = await drawn(document, 'response-1');
    expect(marksIn(svg, 'mark-line')).toBe(0);
    expect(marksIn(svg, 'mark-symbol')).toBe(2);
  });
});
