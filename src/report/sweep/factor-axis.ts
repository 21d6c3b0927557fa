/** The horizontal axis of a factor: its own scale for numbers, one place a level for categories. */
import type { FactorValue, SweptFactor } from '../../experiment/sweep/document.js';
import { axisTitle, isNumeric, valueText } from './factor-text.js';

/** So many levels are named one by one. */
const TICKS_MAX = 10;

export function factorAxis(factor: SweptFactor) {
  const title = axisTitle(factor);
  if (!isNumeric(factor)) {
    const sort = factor.levels.map((level) => valueText(factor, level));
    return { field: 'x', type: 'nominal', title, sort, axis: { labelAngle: 0, labelLimit: 120 } } as const;
  }
  const values = factor.levels.map(Number);
  const isLog = factor.scale === 'log' && values.every((value) => value > 0);
  return {
    field: 'x',
    type: 'quantitative',
    title,
    scale: { type: isLog ? 'log' : 'linear', nice: false, padding: 10, ...(isLog ? {} : { zero: false }) },
    axis: {
      ...(values.length <= TICKS_MAX ? { values } : { tickCount: 6 }),
      format: '.6~g',
      labelOverlap: true,
    },
  } as const;
}

/** What stands in a row for a value of the factor. */
export const axisValue = (factor: SweptFactor, value: FactorValue): number | string =>
  isNumeric(factor) ? Number(value) : valueText(factor, value);
