/** Factors and their values as people read them. */
import type { FactorValue, SweepPoint, SweptFactor } from '../../experiment/sweep/document.js';

/** A factor whose values have an order and distances. */
export const isNumeric = ({ kind }: SweptFactor): boolean => kind === 'number';

/** `10/min`, `2 s`, `$2.5/h`, `hedged`. */
export function valueText({ unit }: SweptFactor, value: FactorValue): string {
  if (typeof value !== 'number' || unit === null) return String(value);
  if (unit.startsWith('$')) return `$${value}${unit.slice(1)}`;
  return /^[%/]/.test(unit) ? `${value}${unit}` : `${value} ${unit}`;
}

export const axisTitle = ({ name, unit }: SweptFactor): string =>
  unit === null ? name : `${name} (${unit})`;

/** Few levels one by one, many as a range. */
const LEVELS_MAX = 12;

export function levelsText(factor: SweptFactor): string {
  const { levels } = factor;
  if (!isNumeric(factor) || levels.length <= LEVELS_MAX)
    return levels.map((level) => valueText(factor, level)).join(', ');
  return `${levels.length} values from ${valueText(factor, levels[0]!)} to ${valueText(factor, levels.at(-1)!)}`;
}

/** `rate=10/min, policy=hedged`. */
export const pointText = (factors: readonly SweptFactor[], { values }: SweepPoint): string =>
  factors.map((factor) => `${factor.name}=${valueText(factor, values[factor.name]!)}`).join(', ');
