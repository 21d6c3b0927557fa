/** Cells of the summary's tables: the mean, with its interval always or where the terminal has room. */
import type { Estimate, ResultDocument } from '../experiment/document.js';
import { valuesBehind } from '../experiment/tail.js';
import { formatCount, formatPlusMinus, formatValue, NO_VALUE, type Quantity } from '../report/format.js';
import { type Percentile, ROUGH, type SummaryEstimates, standingOf } from '../report/tail.js';
import type { Column } from './summary-text.js';

type Cells<Row> = Pick<Column<Row>, 'cell' | 'wide'>;

/** The mean, and its interval where there is room. */
export const mean = <Row>(quantity: Quantity, pick: (row: Row) => Estimate): Cells<Row> => ({
  cell: (row) => formatValue(quantity, pick(row).mean),
  wide: (row) => formatPlusMinus(quantity, pick(row)),
});

/** The same for what is counted in whole numbers. */
export const whole = <Row>(pick: (row: Row) => Estimate): Cells<Row> => ({
  cell: (row) => formatCount(Math.round(pick(row).mean)),
  wide: (row) => formatPlusMinus('count', pick(row)),
});

const marked = (percentile: string, values: number, text: string): string => {
  const standing = standingOf(percentile, values);
  return standing === 'none' ? NO_VALUE : standing === 'rough' ? `${ROUGH}${text}` : text;
};

/** A percentile of a duration: none of no values, marked where too few are behind it. */
const percentileText = (
  summary: SummaryEstimates,
  percentile: Percentile,
  format: (estimate: Estimate) => string,
): string => marked(percentile, summary.count.mean, format(summary[percentile]));

const withInterval = (estimate: Estimate): string => formatPlusMinus('duration', estimate);

/** A percentile whose interval is shown where there is room. */
export const percentile = <Row>(key: Percentile, pick: (row: Row) => SummaryEstimates): Cells<Row> => ({
  cell: (row) => percentileText(pick(row), key, (estimate) => formatValue('duration', estimate.mean)),
  wide: (row) => percentileText(pick(row), key, withInterval),
});

/** A percentile with its interval. */
export const tail = <Row>(key: Percentile, pick: (row: Row) => SummaryEstimates): Cells<Row> => ({
  cell: (row) => percentileText(pick(row), key, withInterval),
});

/** The text of what the metric's path leads to, marked like the percentiles of the tables where it is one. */
export function metricText(
  { estimates, replications }: ResultDocument,
  metric: string,
  text: string,
): string {
  const values = valuesBehind(estimates, metric, replications.finished);
  return values === undefined ? text : marked(metric.slice(metric.lastIndexOf('.') + 1), values, text);
}
