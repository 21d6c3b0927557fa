/** Slack of every SLO as the load grows: where the answer's fleet stops keeping them. */
import type { PlanDocument, PlanSlo } from '../../experiment/plan/document.js';
import { changeText } from '../change.js';
import { CHART_CONFIG, type Chart, colourOf, rounded } from '../charts/chart.js';
import { differenceOf } from '../charts/interval.js';
import { slackOf } from './words.js';

/** An SLO missed by more is drawn here: an overloaded fleet's latency would flatten all else. */
const SLACK_MIN = -1;

/** At the plan's own load, of the fleet that has to hold: with nodes down, of the one that has the least slack then. */
function slosToHold({ answer, nodes_down }: PlanDocument): readonly PlanSlo[] {
  const least = (slos: readonly PlanSlo[]): number =>
    Math.min(...slos.map(({ slack_fraction: slack }) => slack));
  const [weakest] = (nodes_down?.pools ?? []).toSorted((a, b) => least(a.slos) - least(b.slos));
  return weakest?.slos ?? answer!.slos;
}

export function headRoomChart(document: PlanDocument): Chart | undefined {
  const { head_room, answer, nodes_down, load } = document;
  if (head_room === null || answer === null) return undefined;
  const points = [{ load, slos: slosToHold(document) }, ...head_room.loads];
  const names = answer.slos.filter(({ threshold }) => threshold !== 0).map(({ name }) => name);
  const rows = points.flatMap(({ load: at, slos }) =>
    slos.filter(({ name }) => names.includes(name)).map((slo) => rowOf(at, slo)),
  );
  if (rows.length === 0) return undefined;
  const isCut = rows.some(({ low }) => low === 100 * SLACK_MIN);
  const x = {
    field: 'load',
    type: 'quantitative',
    title: "load (times the scenario's)",
    scale: { zero: false, nice: false, padding: 12 },
    axis: { values: points.map((point) => point.load), format: '.4~g' },
  } as const;
  const y = {
    type: 'quantitative',
    title: 'slack to the target (%)',
    axis: { tickCount: 6, labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+,d')" },
  } as const;
  const legend = { title: null, columns: 3, labelLimit: 220 };
  const color = {
    field: 'slo',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, place) => colourOf(place)) },
    legend,
  } as const;
  return {
    id: 'head-room',
    group: 'Head-room',
    title: 'Slack as the load grows',
    wide: true,
    caption: `With 95% intervals${nodes_down === null ? '' : ', of the fleet with nodes down that has the least slack'}. Below 0 the SLO is missed.${
      isCut ? ' What is missed by more than its whole target is drawn at −100%.' : ''
    }`,
    spec: {
      width: 'container',
      height: 220,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', color: 'currentColor', opacity: 0.5 },
          encoding: { y: { ...y, field: 'zero' } },
        },
        { mark: { type: 'line', strokeWidth: 1.8 }, encoding: { x, y: { ...y, field: 'slack' }, color } },
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: {
            x,
            y: { ...y, field: 'slack' },
            color,
            shape: { field: 'slo', type: 'nominal', scale: { domain: names }, legend },
            tooltip: [
              { field: 'slo', type: 'nominal', title: 'SLO' },
              { field: 'load', type: 'quantitative' },
              { field: 'text', type: 'nominal', title: 'slack' },
            ],
          },
        },
      ],
    },
  };
}

function rowOf(load: number, slo: PlanSlo) {
  const slack = slackOf(slo);
  const { mean, low, high } = differenceOf(slack);
  const shown = (value: number): number => rounded(100 * Math.max(SLACK_MIN, value));
  const { mean: text, interval } = changeText(slack);
  return {
    load: rounded(load),
    slo: slo.name,
    slack: shown(mean),
    low: shown(low),
    high: shown(high),
    text: `${text} ${interval}`.trim(),
  };
}
