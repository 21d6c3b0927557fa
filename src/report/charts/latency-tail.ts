/**
 * The latency distribution with its tail: latency against percentile, the percentile axis stretched so that each
 * further nine takes as much room as the last (the layout of HdrHistogram's plots). Both axes are logarithmic, so
 * it is the complementary distribution on log-log paper, turned so that a planner reads "99% are faster than y".
 */
import type { ResultDocument } from '../../experiment/document.js';
import { formatDuration } from '../format.js';
import { describeMetric, formatTarget } from '../metric.js';
import { CHART_CONFIG, type Chart, type ChartOf, colourOf, type Layer, rounded } from './chart.js';

/** Durations one would name, seconds. */
const ROUND_S = [
  1e-6, 1e-5, 1e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300,
  600, 1200, 1800, 3600, 7200, 18_000, 36_000, 86_400, 172_800, 432_000, 864_000, 8_640_000,
];
const TICKS_MAX = 8;

/** Round durations over a logarithmic range: as dense as fits, never more than eight. */
export function durationTicks(lowS: number, highS: number): number[] {
  const below = ROUND_S.findLastIndex((tick) => tick <= lowS);
  const above = ROUND_S.findIndex((tick) => tick >= highS);
  const ticks = ROUND_S.slice(Math.max(0, below), above === -1 ? ROUND_S.length : above + 1);
  const every = Math.ceil(ticks.length / TICKS_MAX);
  return ticks.filter((_, index) => index % every === 0);
}

const SLO_QUANTILE = /^workloads\.(.+)\.latency_s\.p(50|90|95|99|999)$/;

function sloMarks(document: ResultDocument, workloads: readonly string[]) {
  return document.slos.flatMap((slo) => {
    const match = SLO_QUANTILE.exec(slo.metric);
    if (match === null || !workloads.includes(match[1]!) || !(slo.threshold > 0)) return [];
    const slower = rounded(match[2] === '999' ? 0.001 : 1 - Number(match[2]) / 100);
    const text = `${describeMetric(slo.metric)} ${formatTarget(slo)}`;
    return [{ workload: match[1]!, slower, latency: slo.threshold, text, name: slo.name }];
  });
}

export const latencyTail: ChartOf = (document): Chart | undefined => {
  const rows = Object.entries(document.latency_curves).flatMap(([workload, curve]) =>
    curve.fraction.flatMap((fraction, index) => {
      const latency = curve.latency_s[index]!;
      // The maximum has no place on a logarithmic percentile axis, nor has a latency of 0.
      if (fraction >= 1 || !(latency > 0)) return [];
      const percentile = `${rounded(fraction * 100)}%`;
      const text = formatDuration(latency);
      return [{ workload, slower: rounded(1 - fraction), latency: rounded(latency), percentile, text }];
    }),
  );
  if (rows.length === 0) return undefined;
  const workloads = Object.keys(document.latency_curves);
  const marks = sloMarks(document, workloads);
  const latencies = [...rows.map((row) => row.latency), ...marks.map((mark) => mark.latency)];
  const ticks = durationTicks(Math.min(...latencies), Math.max(...latencies));
  const farthest = Math.min(...rows.map((row) => row.slower));
  const percentiles = [1, 0.5, 0.1, 0.01, 0.001, 1e-4, 1e-5].filter((slower) => slower >= farthest * 0.999);
  const slowerDomain: number[] = [farthest, 1];
  const latencyDomain: number[] = [ticks[0]!, Math.max(ticks.at(-1)!, ...latencies)];
  const x = {
    field: 'slower',
    type: 'quantitative',
    title: 'percentile of completed tasks',
    scale: { type: 'log', reverse: true, domain: slowerDomain, nice: false },
    axis: {
      values: percentiles,
      labelExpr: "datum.value >= 0.999 ? '0' : 'p' + format(100 - 100 * datum.value, '.6~g')",
    },
  } as const;
  const y = {
    field: 'latency',
    type: 'quantitative',
    title: 'latency',
    scale: { type: 'log', domain: latencyDomain, nice: false },
    axis: { values: ticks, labelExpr: durationLabel(ticks) },
  } as const;
  const color = {
    field: 'workload',
    type: 'nominal',
    scale: { domain: workloads, range: workloads.map((_, index) => colourOf(index)) },
    legend: workloads.length > 1 ? { title: null } : null,
  } as const;
  const sloLayer: Layer[] =
    marks.length === 0
      ? []
      : [
          {
            data: { values: marks },
            mark: { type: 'point', shape: 'diamond', filled: false, size: 130, strokeWidth: 2 },
            encoding: {
              x,
              y,
              color,
              tooltip: [
                { field: 'name', type: 'nominal', title: 'SLO' },
                { field: 'text', type: 'nominal', title: 'target' },
              ],
            },
          },
        ];
  return {
    id: 'latency-tail',
    group: 'Latency',
    title: 'Latency distribution',
    wide: true,
    caption:
      'From the fastest task to the slowest: at p99, one task in a hundred took longer than the line. A line that ' +
      `turns up steeply has a long tail.${marks.length > 0 ? ' Diamonds are the SLOs: the line should pass below.' : ''}`,
    spec: {
      width: 'container',
      height: 300,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        { mark: { type: 'line', strokeWidth: 2, interpolate: 'monotone' }, encoding: { x, y, color } },
        {
          params: [
            {
              name: 'nearest',
              select: { type: 'point', on: 'pointermove', clear: 'pointerout', nearest: true },
            },
          ],
          mark: { type: 'point', filled: true, size: 50 },
          encoding: {
            x,
            y,
            color,
            opacity: { condition: { param: 'nearest', empty: false, value: 1 }, value: 0 },
            tooltip: [
              { field: 'workload', type: 'nominal', title: 'workload' },
              { field: 'percentile', type: 'nominal', title: 'faster than' },
              { field: 'text', type: 'nominal', title: 'latency' },
            ],
          },
        },
        ...sloLayer,
      ],
    },
  };
};

/** Round durations in the largest unit that keeps them whole: `1 h`, not `60 min`. */
function tickLabel(tickS: number): string {
  if (tickS % 86_400 === 0) return `${tickS / 86_400} d`;
  if (tickS % 3600 === 0) return `${tickS / 3600} h`;
  if (tickS % 60 === 0) return `${tickS / 60} min`;
  return formatDuration(tickS);
}

/** A Vega expression that labels these ticks; the texts are ours, so nothing of the user's gets into it. */
export function durationLabel(ticks: readonly number[]): string {
  const cases = ticks.map((tick) => `abs(datum.value / ${tick} - 1) < 1e-6 ? '${tickLabel(tick)}'`);
  return `${cases.join(' : ')} : ''`;
}
