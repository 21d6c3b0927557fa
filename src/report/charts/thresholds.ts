/** What SLOs ask for, as dashed lines across a chart whose vertical axis is their metric. */
import { formatTarget } from '../metric.js';
import { type Layer, rounded } from './chart.js';
import type { MeasureAxis } from './measure-axis.js';
import { THRESHOLD_COLOUR } from './verdict-colours.js';

interface Target {
  readonly metric: string;
  readonly comparison: 'at_most' | 'at_least';
  readonly threshold: number;
}

export function thresholdLayers(slos: readonly Target[], measure: MeasureAxis): Layer[] {
  const y = {
    field: 'threshold',
    type: 'quantitative',
    title: measure.title,
    scale: measure.scale,
    axis: measure.axis,
  } as const;
  return slos.flatMap((slo): Layer[] => {
    const data = {
      values: [{ threshold: rounded(measure.of(slo.threshold)), text: `SLO ${formatTarget(slo)}` }],
    };
    return [
      {
        data,
        mark: { type: 'rule', strokeDash: [5, 4], strokeWidth: 1.5, color: THRESHOLD_COLOUR },
        encoding: { y },
      },
      {
        data,
        mark: {
          type: 'text',
          align: 'right',
          baseline: 'bottom',
          dy: -3,
          color: THRESHOLD_COLOUR,
          fontSize: 11,
        },
        encoding: { y, x: { value: 'width' }, text: { field: 'text', type: 'nominal' } },
      },
    ];
  });
}
