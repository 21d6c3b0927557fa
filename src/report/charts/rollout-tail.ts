/** The tail of latency under the two policy sets of a rollout, with the intervals over the replications. */
import { formatEstimate } from '../format.js';
import { rolloutComparison } from '../rollout.js';
import { CHART_CONFIG, type Chart, type ChartOf, colourOf, rounded } from './chart.js';
import { durationLabel, durationTicks } from './latency-tail.js';

export const rolloutTail: ChartOf = (document): Chart | undefined => {
  const tail = rolloutComparison(document)?.tail ?? [];
  const rows = tail.flatMap(({ percentile, base, canary }) =>
    [
      { set: 'base', estimate: base },
      { set: 'canary', estimate: canary },
    ].flatMap(({ set, estimate }) => {
      // A latency of 0 has no place on a logarithmic axis; a bound below it ends at the mean.
      if (estimate === null || !(estimate.mean > 0)) return [];
      const { mean, ci_low: low, ci_high: high } = estimate;
      const from = low === null || low <= 0 ? mean : low;
      const text = formatEstimate('duration', estimate);
      return [
        { percentile, set, latency: rounded(mean), low: rounded(from), high: rounded(high ?? mean), text },
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  const ticks = durationTicks(
    Math.min(...rows.map(({ low }) => low)),
    Math.max(...rows.map(({ high }) => high)),
  );
  const domain: number[] = [
    Math.min(ticks[0]!, ...rows.map(({ low }) => low)),
    Math.max(ticks.at(-1)!, ...rows.map(({ high }) => high)),
  ];
  const sets = ['base', 'canary'];
  const x = {
    field: 'percentile',
    type: 'nominal',
    title: 'percentile of completed tasks',
    sort: null,
    axis: { labelAngle: 0 },
  } as const;
  const y = {
    field: 'latency',
    type: 'quantitative',
    title: 'latency',
    scale: { type: 'log', domain, nice: false },
    axis: { values: ticks, labelExpr: durationLabel(ticks) },
  } as const;
  const color = {
    field: 'set',
    type: 'nominal',
    scale: { domain: sets, range: sets.map((_, index) => colourOf(index)) },
    legend: { title: null },
  } as const;
  const xOffset = { field: 'set', type: 'nominal', sort: sets } as const;
  return {
    id: 'rollout-tail',
    group: 'Latency',
    title: 'Base against canary',
    caption:
      'Latency of both policy sets with the 95% interval over the replications in which they had tasks.',
    spec: {
      width: 'container',
      height: 240,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x, xOffset, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: {
            x,
            xOffset,
            y,
            color,
            tooltip: [
              { field: 'set', type: 'nominal', title: 'policy set' },
              { field: 'percentile', type: 'nominal' },
              { field: 'text', type: 'nominal', title: 'latency' },
            ],
          },
        },
      ],
    },
  };
};
