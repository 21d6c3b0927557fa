/** Every relative difference from the baseline with its interval: which ones stay clear of zero, and how far. */
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import { changeText } from '../change.js';
import { CHART_CONFIG, type Chart, rounded } from '../charts/chart.js';
import { differenceOf } from '../charts/interval.js';
import {
  BETTER_COLOUR,
  DIFFERENT_COLOUR,
  UNDECIDED_COLOUR,
  WORSE_COLOUR,
} from '../charts/verdict-colours.js';
import { describeMetric } from '../metric.js';
import { againstBaseline, type Finding, findingOf, othersOf } from './finding.js';

const KINDS: readonly Finding['kind'][] = ['better', 'worse', 'different', 'none'];
const LABELS: Readonly<Record<Finding['kind'], string>> = {
  better: 'better',
  worse: 'worse',
  different: 'different',
  none: 'no difference found',
};
const COLOURS = {
  better: BETTER_COLOUR,
  worse: WORSE_COLOUR,
  different: DIFFERENT_COLOUR,
  none: UNDECIDED_COLOUR,
};
const SHAPES = { better: 'circle', worse: 'cross', different: 'diamond', none: 'square' };

const ROW_HEIGHT = 24;
/** Beyond so many per cent a linear axis would press everything else against zero. */
const LINEAR_MAX = 200;
const ROUND = [
  -100, -50, -20, -10, -5, 0, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1e6,
];

export function forest(document: ComparisonDocument): Chart | undefined {
  const others = othersOf(document);
  const rows = document.metrics.flatMap((metric) =>
    others.flatMap((setup) => {
      const difference = againstBaseline(document, metric, setup);
      if (difference === undefined || difference.relative === null) return [];
      const { mean, low, high } = differenceOf(difference.relative);
      const { kind, words } = findingOf(metric, difference);
      const { mean: change, interval } = changeText(difference.relative);
      const name = describeMetric(metric.metric);
      return [
        {
          label: others.length === 1 ? name : `${name} · ${setup}`,
          setup,
          found: LABELS[kind],
          kind,
          words,
          change: rounded(100 * mean),
          low: rounded(100 * low),
          high: rounded(100 * high),
          text: `${change} ${interval}`.trim(),
        },
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  const left = document.metrics.length * others.length - rows.length;
  const kinds = KINDS.filter((kind) => rows.some((row) => row.kind === kind));
  const least = Math.min(0, ...rows.map(({ low }) => low));
  const most = Math.max(0, ...rows.map(({ high }) => high));
  const isWide = most > LINEAR_MAX;
  const ticks = ROUND.filter((tick) => tick >= least && tick <= most);
  const xTitle = `change against ${document.baseline} (%${isWide ? ', widened around 0' : ''})`;
  const x = {
    type: 'quantitative',
    title: xTitle,
    scale: {
      type: isWide ? 'symlog' : 'linear',
      nice: !isWide,
      padding: 12,
      ...(isWide ? { constant: 10 } : {}),
    },
    axis: {
      labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+,~r')",
      ...(isWide ? { values: ticks } : { tickCount: 7 }),
    },
  } as const;
  const y = {
    field: 'label',
    type: 'nominal',
    title: null,
    sort: null,
    axis: { labelLimit: 340, domain: false, ticks: false },
  } as const;
  const color = {
    field: 'found',
    type: 'nominal',
    scale: { domain: kinds.map((kind) => LABELS[kind]), range: kinds.map((kind) => COLOURS[kind]) },
    legend: { title: null, columns: 4, labelLimit: 200 },
  } as const;
  const band = rounded(100 * document.indifference);
  return {
    id: 'forest',
    group: 'Differences',
    title: `Relative differences from ${document.baseline}`,
    wide: true,
    caption: `Mean change with its interval. What reaches across 0 may be chance.${
      band > 0 ? ` Inside the shaded band (±${band}%) a change does not matter.` : ''
    }${left > 0 ? ` ${left} ${left === 1 ? 'is' : 'are'} not drawn: the baseline may be 0, so there is no share of it.` : ''}`,
    spec: {
      width: 'container',
      height: ROW_HEIGHT * rows.length,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        ...(band > 0
          ? [
              {
                data: { values: [{ from: -band, to: band }] },
                mark: { type: 'rect', color: 'currentColor', opacity: 0.08 },
                encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
              } as const,
            ]
          : []),
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', color: 'currentColor', opacity: 0.5 },
          encoding: { x: { ...x, field: 'zero' } },
        },
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 80, opacity: 1 },
          encoding: {
            y,
            x: { ...x, field: 'change' },
            color,
            shape: {
              field: 'found',
              type: 'nominal',
              scale: { domain: kinds.map((kind) => LABELS[kind]), range: kinds.map((kind) => SHAPES[kind]) },
            },
            tooltip: [
              { field: 'label', type: 'nominal', title: ' ' },
              { field: 'setup', type: 'nominal' },
              { field: 'text', type: 'nominal', title: 'change' },
              { field: 'words', type: 'nominal', title: 'found' },
            ],
          },
        },
      ],
    },
  };
}
