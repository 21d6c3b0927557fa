import { describe, expect, it } from 'vitest';
import { CHARTS, chartsOf } from '../../../src/report/charts/index.js';
import { draw, marksIn } from '../../fixtures/draw.js';
import { resultDocument } from '../../fixtures/result.js';

/** Marks that each chart of the usual document must show. */
const EXPECTED: readonly (readonly [string, string, number])[] = [
  ['latency-tail', 'mark-line', 2],
  ['rollout-tail', 'mark-rule', 10],
  ['latency-phases', 'mark-rect', 8],
  ['latency-over-time', 'mark-line', 1],
  ['queue-length', 'mark-line', 3],
  ['oldest-wait', 'mark-line', 3],
  ['work-in-progress', 'mark-line', 4],
  ['flow', 'mark-line', 3],
  ['concurrency-limits', 'mark-line', 1],
  ['utilisation', 'mark-rect', 6],
  ['utilisation-over-time', 'mark-line', 2],
  ['nodes-over-time', 'mark-line', 2],
  ['free-gpus', 'mark-line', 4],
  ['cost', 'mark-rect', 6],
  ['starvation-longest-wait', 'mark-rect', 4],
  ['starvation-share', 'mark-rect', 4],
  ['starvation-speed', 'mark-rect', 4],
];

describe('the charts of a report', () => {
  const charts = chartsOf(resultDocument({ controls: true }));

  it('are those expected, in order, each with its own id', () => {
    expect(charts.map(({ id }) => id)).toEqual(EXPECTED.map(([id]) => id));
  });

  it.each(EXPECTED)('%s compiles and draws its %s (%i) without a warning', async (id, role, count) => {
    const { svg, complaints } = await draw(charts.find((chart) => chart.id === id)!);
    expect(complaints).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(marksIn(svg, role)).toBe(count);
  });

  it('are also drawn for one replication, one tenant and names full of special characters', async () => {
    const document = resultDocument({ replications: 1, tenants: 1, limits: false, slos: false });
    const odd = `a.b[0] "c" 'd' <e>\\`;
    document.estimates.workloads = { [odd]: document.estimates.workloads.chat! };
    document.series.queue_length = { [odd]: document.series.queue_length.research! };
    document.latency_curves = { [odd]: document.latency_curves.chat! };
    for (const chart of chartsOf(document)) {
      const { svg, complaints } = await draw(chart);
      expect(complaints, chart.id).toEqual([]);
      expect(svg, chart.id).not.toMatch(/NaN|undefined/);
    }
  });

  it('are left out where there is nothing to show', () => {
    const document = resultDocument({ limits: false });
    document.series = {
      ...document.series,
      queue_length: { intake: document.series.arrived.map(() => 0) },
      oldest_wait_s: {},
      in_progress: {},
      in_system: [],
      busy: {},
      unallocatable_gpus: {},
      fragmented_gpus: {},
      arrived: [],
      completed: [],
      rejected: [],
      latency_p99_s: [0, 0, 0],
    };
    document.latency_curves = {};
    document.estimates = { ...document.estimates, workloads: {}, tenants: {}, pools: {} };
    expect(chartsOf(document)).toEqual([]);
    expect(CHARTS).toHaveLength(EXPECTED.length);
  });
});
