/** Cost against p99 latency of everything that ran: what quickness costs, and where the answer lies. */
import type { PlanCandidate, PlanDocument, PlanStatus } from '../../experiment/plan/document.js';
import { CHART_CONFIG, type Chart, colourOf, rounded } from '../charts/chart.js';
import { endsOf, type Interval, intervalOf } from '../charts/interval.js';
import { measureAxis } from '../charts/measure-axis.js';
import { thresholdLayers } from '../charts/thresholds.js';
import { BETTER_COLOUR, UNDECIDED_COLOUR } from '../charts/verdict-colours.js';
import { formatEstimate } from '../format.js';
import { candidateText, usdPerHour } from './words.js';

const STATUSES: readonly PlanStatus[] = ['met', 'missed', 'not-shown'];
const LABELS: Readonly<Record<PlanStatus, string>> = {
  met: 'meets the SLOs',
  missed: 'misses one',
  'not-shown': 'not shown',
  impossible: 'cannot run',
};
const SHAPES = { met: 'circle', missed: 'cross', 'not-shown': 'triangle-up', impossible: 'square' };

export function pareto(document: PlanDocument): Chart | undefined {
  const { candidates, answer, nodes_down } = document;
  const ran = candidates.flatMap((candidate) =>
    candidate.p99_s === null ? [] : [{ candidate, p99: intervalOf(candidate.p99_s) }],
  );
  if (ran.length < 2) return undefined;
  const slos = (candidates.find((one) => one.slos.length > 0)?.slos ?? []).filter(
    ({ metric }, _, all) => metric === p99MetricOf(all),
  );
  const measure = measureAxis('p99 latency', 'duration', [
    ...endsOf(ran.map(({ p99 }) => p99)),
    ...slos.map(({ threshold }) => threshold),
  ]);
  const rowOf = ({ candidate, p99 }: { candidate: PlanCandidate; p99: Interval }) => ({
    cost: rounded(candidate.cost_usd_per_hour),
    mean: rounded(measure.of(p99.mean)),
    low: rounded(measure.of(p99.low)),
    high: rounded(measure.of(p99.high)),
    status: LABELS[candidate.status],
    fleet: candidateText(document, candidate.nodes, candidate.setting),
    price: usdPerHour(candidate.cost_usd_per_hour),
    text: formatEstimate('duration', candidate.p99_s!),
  });
  const rows = ran.map(rowOf);
  const frontier = ran
    .filter(({ candidate }) => candidate.on_frontier)
    .map(rowOf)
    .toSorted((a, b) => a.cost - b.cost);
  const chosen =
    answer === null
      ? []
      : ran
          .filter(({ candidate }) => isAnswer(candidate, answer))
          .map((one) => ({ ...rowOf(one), label: 'answer' }));
  const statuses = STATUSES.filter((status) => ran.some(({ candidate }) => candidate.status === status));
  const x = {
    field: 'cost',
    type: 'quantitative',
    title: 'cost by configuration (USD per hour)',
    scale: { zero: false, nice: true, padding: 12 },
    axis: { tickCount: 6, format: ',.6~g' },
  } as const;
  const y = { type: 'quantitative', title: measure.title, scale: measure.scale, axis: measure.axis } as const;
  const tooltip = [
    { field: 'fleet', type: 'nominal', title: 'candidate' },
    { field: 'price', type: 'nominal', title: 'cost' },
    { field: 'text', type: 'nominal', title: 'p99 latency' },
    { field: 'status', type: 'nominal', title: 'SLOs' },
  ] as const;
  return {
    id: 'pareto',
    group: 'Cost against latency',
    title: 'Cost against p99 latency',
    wide: true,
    caption: `All candidates that ran, with 95% intervals. The line joins those that nothing evaluated beats in both.${
      chosen.length === 0 ? '' : ' The green diamond is the answer.'
    }${nodes_down === null ? '' : ' Marks are of fleets as they stand, not with nodes down.'}${slos.length > 0 ? ' Dashed: the SLO.' : ''}`,
    spec: {
      width: 'container',
      height: 300,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        {
          mark: { type: 'rule', color: UNDECIDED_COLOUR, opacity: 0.55 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: frontier },
          mark: { type: 'line', strokeWidth: 2, color: colourOf(0), interpolate: 'step-after' },
          encoding: { x, y: { ...y, field: 'mean' } },
        },
        {
          mark: { type: 'point', filled: true, size: 60, opacity: 0.9, color: UNDECIDED_COLOUR },
          encoding: {
            x,
            y: { ...y, field: 'mean' },
            shape: {
              field: 'status',
              type: 'nominal',
              scale: {
                domain: statuses.map((status) => LABELS[status]),
                range: statuses.map((status) => SHAPES[status]),
              },
              legend: { title: null, columns: 3, labelLimit: 160 },
            },
            tooltip: [...tooltip],
          },
        },
        {
          data: { values: chosen },
          mark: {
            type: 'point',
            shape: 'diamond',
            filled: true,
            size: 190,
            opacity: 1,
            color: BETTER_COLOUR,
          },
          encoding: { x, y: { ...y, field: 'mean' }, tooltip: [...tooltip] },
        },
        {
          data: { values: chosen },
          mark: { type: 'text', align: 'left', dx: 12, dy: -8, color: 'currentColor', fontWeight: 600 },
          encoding: { x, y: { ...y, field: 'mean' }, text: { field: 'label', type: 'nominal' } },
        },
        ...thresholdLayers(slos, measure),
      ],
    },
  };
}

/** The p99 latency that plans look at: of the workload that the first SLO about one is about, else of all tasks. */
function p99MetricOf(slos: readonly { readonly metric: string }[]): string {
  const workload = /^workloads\.(.+?)\.(?:[a-z]+_s\.\w+|\w+)$/.exec(
    slos.find(({ metric }) => metric.startsWith('workloads.'))?.metric ?? '',
  )?.[1];
  return workload === undefined ? 'total.latency_s.p99' : `workloads.${workload}.latency_s.p99`;
}

const isAnswer = (candidate: PlanCandidate, answer: NonNullable<PlanDocument['answer']>): boolean =>
  candidate.setting === answer.setting &&
  Object.entries(answer.nodes).every(([pool, count]) => candidate.nodes[pool] === count);
