/** What of a sweep is drawn: the first metrics that vary, each with the SLOs that are about it. */
import type { SloOutcome } from '../../experiment/document.js';
import type { SweepDocument, SweptFactor } from '../../experiment/sweep/document.js';

const METRICS_MAX = 4;

export interface DrawnMetric {
  readonly metric: string;
  /** Place among all metrics, for ids. */
  readonly index: number;
  /** Their targets are the same at all points. */
  readonly slos: readonly SloOutcome[];
}

export function drawnMetrics({ metrics, sensitivity, points }: SweepDocument): DrawnMetric[] {
  return metrics
    .map((metric, index) => ({
      metric,
      index,
      slos: (points[0]?.slos ?? []).filter((slo) => slo.metric === metric),
    }))
    .filter(({ metric }) => sensitivity.find((one) => one.metric === metric)?.varies === true)
    .slice(0, METRICS_MAX);
}

/** Factors that have more than one value: what a grid is a grid of. */
export const variedFactors = ({ factors }: SweepDocument): SweptFactor[] =>
  factors.filter(({ levels }) => levels.length > 1);
