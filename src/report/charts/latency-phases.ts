/**
 * Where the time goes: mean latency of each workload, split by phase. As shares, since workloads of seconds and of
 * hours stand side by side; the mean itself is in the label.
 */
import { PHASES, type Phase } from '../../metrics/measures.js';
import { formatDuration, formatFraction } from '../format.js';
import { CHART_CONFIG, type Chart, type ChartOf, rounded } from './chart.js';

/** Waiting in warm colours, getting on in cool ones, time lost to controls in between. */
const PHASE_COLOURS: Readonly<Record<Phase, string>> = {
  admission: '#efb118',
  queue: '#ff725c',
  work: '#4269d0',
  call: '#6cc5b0',
  delay: '#97bbf5',
  blocked: '#9c6b4e',
  checkpoint: '#a463f2',
  suspended: '#ff8ab7',
  backoff: '#9498a0',
  review: '#c9b18b',
  transfer: '#3ca951',
};

export const latencyPhases: ChartOf = (document): Chart | undefined => {
  const workloads = Object.entries(document.estimates.workloads);
  const rows = workloads.flatMap(([workload, { phases }]) => {
    const means = PHASES.map((phase) => ({ phase, mean: phases[`${phase}_s`]?.mean.mean ?? 0 }));
    const total = means.reduce((sum, { mean }) => sum + mean, 0);
    return means.flatMap(({ phase, mean }) =>
      mean > 0
        ? [
            {
              workload: `${workload}: ${formatDuration(total)}`,
              phase,
              order: PHASES.indexOf(phase),
              value: rounded(mean / total),
              text: formatDuration(mean),
              share: formatFraction(mean / total),
            },
          ]
        : [],
    );
  });
  if (rows.length === 0) return undefined;
  const present = PHASES.filter((phase) => rows.some((row) => row.phase === phase));
  return {
    id: 'latency-phases',
    group: 'Latency',
    title: 'Where the time goes',
    caption:
      'Mean latency of completed tasks, split by what the task was doing. Only work, call and delay move a task on.',
    spec: {
      width: 'container',
      height: 34 * new Set(rows.map((row) => row.workload)).size,
      config: CHART_CONFIG,
      data: { values: rows },
      mark: { type: 'bar', height: { band: 0.72 } },
      encoding: {
        y: {
          field: 'workload',
          type: 'nominal',
          title: null,
          sort: null,
          axis: { labelLimit: 200, domain: false, ticks: false },
        },
        x: {
          field: 'value',
          type: 'quantitative',
          title: 'share of mean latency',
          axis: { tickCount: 5, format: '.0%' },
          scale: { domain: [0, 1] },
          stack: 'zero',
        },
        color: {
          field: 'phase',
          type: 'nominal',
          scale: { domain: present, range: present.map((phase) => PHASE_COLOURS[phase]) },
          legend: { title: null, columns: 5 },
        },
        order: { field: 'order', type: 'quantitative' },
        tooltip: [
          { field: 'workload', type: 'nominal' },
          { field: 'phase', type: 'nominal' },
          { field: 'text', type: 'nominal', title: 'mean' },
          { field: 'share', type: 'nominal', title: 'of the latency' },
        ],
      },
    },
  };
};
