import { describe, expect, it } from 'vitest';
import { framed } from '../../../src/report/frame.js';
import { planCharts, planPage } from '../../../src/report/plan/page.js';
import { draw, marksIn } from '../../fixtures/draw.js';
import { pageText, sectionText, withEveryText } from '../../fixtures/page-text.js';
import { planDocument, planWithoutAnswer } from '../../fixtures/plan.js';

const HOSTILE = `</script><img src=x onerror="alert('2')">`;
const FIXED = new Set(['format', 'status', 'comparison', 'bottleneck_by', 'standing', 'goal']);

describe('the report of a plan', () => {
  const page = planPage(planDocument());

  it('gives the answer first: fleet, setting, cost and how sure it is', () => {
    const answer = sectionText(page, 'answer');
    expect(answer).toContain(
      '3 × front + 2 × model nodes with policy=hedged , $30.00/h . It meets the SLO with 95% confidence.',
    );
    expect(answer).toContain('billed in the runs $29.00 [28.50, 29.50] an hour');
    expect(answer).toContain('its next node helps the tightest SLO most');
  });

  it('has the slack of each SLO with an interval: (60 − 45)/60, from 48 s and 42 s', () => {
    expect(sectionText(page, 'answer')).toContain('≤ 60 s 45.0 [42.0, 48.0] s +25% [+20, +30]%');
  });

  it('gives the run of the answer as a command', () => {
    expect(sectionText(page, 'answer')).toContain(
      'wipsim run SCENARIO.yaml --policy hedged --set pools.front.nodes=3 --set pools.model.nodes=2 --seed 7 --replications 16',
    );
  });

  it('says why cheaper fleets are not the answer', () => {
    const cheaper = sectionText(page, 'cheaper');
    expect(cheaper).toContain(
      '2 × front + 2 × model, policy=hedged $28.00/h ✗ missed chat p99 10.0 s [7.0, 13.0]',
    );
    expect(cheaper).toContain('– cannot run – – a gang needs two nodes');
  });

  it('says what one node more buys, with an interval on both sides', () => {
    expect(sectionText(page, 'extra-nodes')).toContain('model $12.00/h -10.0 s [-12.0, -8.0]');
  });

  it('tells up to which load it holds and what breaks first', () => {
    const room = sectionText(page, 'head-room');
    expect(room).toContain("The plan holds up to 118% of the scenario's load; at 121% chat p99 breaks.");
    expect(room).toContain('+25% ? not shown chat p99 59.0 s [56.0, 62.0]');
  });

  it('tells the month in which growth outruns it: 1.1² is 1.21 times the load', () => {
    const growth = sectionText(page, 'growth');
    expect(growth).toContain('the plan is outgrown in month 2 (load 1.21 times');
    expect(growth).toContain('front not within 12');
  });

  it('tells what happens with nodes down, and which setting is best', () => {
    expect(sectionText(page, 'nodes-down')).toContain('model ✓ met 52.0 s [49.0, 55.0]');
    expect(sectionText(page, 'tuning')).toContain('Best is policy=hedged .');
    expect(sectionText(page, 'tuning')).toContain('policy=base ? not shown 58.0 s [55.0, 61.0] 13.0 s');
  });

  it('sets the search beside an exhaustive one', () => {
    expect(sectionText(page, 'work')).toContain('The search 5 60 600,000 10%');
  });

  it('says why there is no answer, and the nearest miss', () => {
    const none = planPage(planWithoutAnswer());
    const answer = sectionText(none, 'answer');
    expect(answer).toContain('None of the 48 candidates was shown to meet every SLO with 95% confidence.');
    expect(answer).toContain('The nearest miss is 6 × front + 4 × model, policy=hedged at $60.00/h');
    expect(answer).toContain('−10% [−15, −5]%');
    expect(pageText(none)).not.toMatch(/NaN|undefined|null|Head-room/);
  });

  it('says that it was interrupted before an answer', () => {
    const document = { ...planWithoutAnswer(), nearest_miss: null, interrupted: true };
    expect(sectionText(planPage(document), 'answer')).toContain('Interrupted before there was an answer.');
  });

  it('has a place for every chart', () => {
    const html = framed(page, []);
    expect(page.charts.map(({ id }) => id)).toEqual(['head-room', 'tuning-1', 'pareto']);
    for (const { id } of page.charts) expect(html.split(`id="chart-${id}"`)).toHaveLength(2);
  });

  it('escapes every text of the user', () => {
    for (const document of [planDocument(), planWithoutAnswer()]) {
      const html = framed(planPage(withEveryText(document, HOSTILE, FIXED)), []);
      expect(html).not.toContain('<img');
      expect(html.match(/<script/g)).toHaveLength(2);
      expect(html.match(/&lt;\/script&gt;/g)!.length).toBeGreaterThan(8);
    }
  });
});

describe('the charts of a plan', () => {
  const charts = planCharts(planDocument());
  const chart = (id: string) => charts.find((one) => one.id === id)!;

  it.each(charts.map(({ id }) => id))('%s is drawn without a complaint', async (id) => {
    const { svg, complaints } = await draw(chart(id));
    expect(complaints).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('set all that ran in grey by cost, with frontier, answer and SLO', async () => {
    const { svg } = await draw(chart('pareto'));
    expect(marksIn(svg, 'mark-line')).toBe(1);
    expect(svg).toContain('SLO ≤ 60 s');
    expect(svg).toContain('>answer<');
    expect(svg).toContain('cost by configuration (USD per hour)');
  });

  it('draw slack from the fleet with nodes down, cut where an SLO is missed by more than its target', async () => {
    const head = chart('head-room');
    const json = JSON.stringify(head.spec);
    // (60 − 52)/60 with a node of `model` down.
    expect(json).toContain('"load":1,"slo":"chat p99","slack":13.333');
    // 240 s against 60 s.
    expect(json).toContain('"load":1.5,"slo":"chat p99","slack":-100');
    expect(head.caption).toContain('drawn at −100%');
  });

  it('draw no frontier of one candidate and no curve of one setting', () => {
    const document = planDocument();
    document.candidates = document.candidates.slice(0, 1);
    document.tuning!.values = document.tuning!.values.slice(0, 1);
    expect(planCharts(document).map(({ id }) => id)).toEqual(['head-room']);
  });
});
