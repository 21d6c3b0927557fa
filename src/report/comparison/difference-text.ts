/** A difference and what it saved, as both the verdict and the tables write them. */
import type { SetupDifference } from '../../experiment/compare/document.js';
import { estimateHtml } from '../markup.js';
import { quantityOf } from '../metric.js';

/** In the metric's own unit; of shares in percentage points. */
export function differenceHtml(metric: string, { difference }: SetupDifference): string {
  const quantity = quantityOf(metric);
  return estimateHtml(quantity === 'fraction' ? 'points' : quantity, difference, { difference: true });
}

/** The factor is itself an estimate: two digits are plenty. */
export const timesText = (factor: number): string =>
  factor >= 1000 ? 'over 1,000×' : `${Number(factor.toPrecision(2))}×`;
