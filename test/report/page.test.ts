import { describe, expect, it } from 'vitest';
import { framed } from '../../src/report/frame.js';
import { reportPage } from '../../src/report/page.js';
import { resultDocument } from '../fixtures/result.js';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">`;

describe('the page', () => {
  it('has a place for every chart whose specification it carries', () => {
    const html = framed(reportPage(resultDocument()), []);
    const json = /<script type="application\/json" id="specs">(.*?)<\/script>/s.exec(html)![1]!;
    const ids = (JSON.parse(json) as { id: string }[]).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(10);
    for (const id of ids) expect(html).toContain(`id="chart-${id}"`);
  });

  it('puts the verdict before tables, tables before charts, charts before warnings', () => {
    const html = framed(reportPage(resultDocument({ controls: true })), []);
    const places = [
      'id="verdict"',
      'id="deadlocks"',
      'id="rollout"',
      'id="workloads"',
      'id="policy-figures"',
      'class="charts',
      'id="warnings"',
      'id="reading"',
    ].map((mark) => html.indexOf(mark));
    expect(Math.min(...places)).toBeGreaterThan(0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('escapes every text of the user', () => {
    const document = resultDocument({ name: HOSTILE, controls: true });
    document.scenario = { ...document.scenario, description: HOSTILE, hash: HOSTILE, variant: HOSTILE };
    document.seed = HOSTILE;
    const rename = <T>(record: { [name: string]: T }): { [name: string]: T } =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [`${name}${HOSTILE}`, value]));
    const { estimates, series } = document;
    document.estimates = {
      ...estimates,
      workloads: rename(estimates.workloads),
      tenants: rename(estimates.tenants),
      stages: rename(estimates.stages),
      pools: rename(estimates.pools),
      services: rename(estimates.services),
      limits: rename(estimates.limits),
      policies: rename(
        Object.fromEntries(Object.entries(estimates.policies).map(([of, own]) => [of, rename(own)])),
      ),
    };
    document.deadlocks = [{ replication: 0, at_s: 1, cycle: [HOSTILE] }];
    document.series = { ...series, queue_length: rename(series.queue_length), busy: rename(series.busy) };
    document.latency_curves = rename(document.latency_curves);
    document.slos = document.slos.map((slo) => ({
      ...slo,
      name: HOSTILE,
      metric: `workloads.${HOSTILE}.arrived`,
    }));
    document.policies = [
      { point: HOSTILE, policy: HOSTILE, at: [HOSTILE], parameters: { [HOSTILE]: HOSTILE } },
      { point: 'rollout', policy: HOSTILE, at: [], parameters: { variant: HOSTILE } },
    ];
    document.traces = [
      { workload: HOSTILE, file: HOSTILE, rows: 1, bad_rows: 1, bad_row_examples: [HOSTILE] },
    ];
    document.warnings = [HOSTILE];
    const html = framed(reportPage(document), []);
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/&lt;\/script&gt;/g)!.length).toBeGreaterThan(20);
  });
});
