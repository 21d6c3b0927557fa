/** The axis of a measure: its values in one unit, which the title names; logarithmic where latencies differ by orders. */
import { type Quantity, unitFor } from '../format.js';
import { rounded } from './chart.js';
import { durationLabel, durationTicks } from './latency-tail.js';

export interface MeasureAxis {
  /** With the unit. */
  readonly title: string;
  /** A value as the axis has it. */
  readonly of: (value: number) => number;
  readonly scale:
    | { readonly type: 'linear'; readonly zero: boolean; readonly nice: true }
    | { readonly type: 'log'; readonly domain: number[]; readonly nice: false };
  readonly axis: { readonly tickCount: number } | { readonly values: number[]; readonly labelExpr: string };
}

/** From so many times the least on, the greatest would flatten all others. */
const LOG_FROM = 20;
/** Nearer than this to 0 in proportion, an axis begins there. */
const ZERO_WITHIN = 0.5;

/** @param values all that the axis has to hold, ends of intervals among them */
export function measureAxis(words: string, quantity: Quantity, values: readonly number[]): MeasureAxis {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (quantity === 'duration' && low > 0 && high / low >= LOG_FROM) {
    const ticks = durationTicks(low, high);
    const domain = [Math.min(ticks[0]!, rounded(low)), Math.max(ticks.at(-1)!, rounded(high))];
    return {
      title: `${words} (logarithmic)`,
      of: rounded,
      scale: { type: 'log', domain, nice: false },
      axis: { values: ticks, labelExpr: durationLabel(ticks) },
    };
  }
  const unit = unitFor(quantity, Math.max(Math.abs(low), Math.abs(high)));
  const name = unit.prefix === '$' ? 'USD' : unit.suffix.trim();
  return {
    title: name === '' ? words : `${words} (${name})`,
    of: (value) => rounded(value / unit.size),
    scale: { type: 'linear', zero: low >= 0 && low < ZERO_WITHIN * high, nice: true },
    axis: { tickCount: 5 },
  };
}
