/** What a comparison found, in words that claim no more than its interval does. */
import type { Comparison } from './looks.js';
import type { Interval, RelativeChange } from './paired.js';

export interface VerdictNames {
  /** What is compared with the baseline, for example `B`. */
  readonly setup: string;
  /** For example `p99 latency`. */
  readonly metric: string;
  /** Of the metric, for differences that have no share of the baseline; empty: none. */
  readonly unit?: string;
}

/** From so much more on "times as high" reads better than a percentage. */
const TIMES_FROM = 2;

export function verdict(comparison: Comparison, names: VerdictNames): string {
  const { decision, interval, relative, difference } = comparison;
  const { setup, metric } = names;
  switch (decision) {
    case 'a-lower':
    case 'b-lower':
      return `${setup}'s ${metric} is ${size(comparison, names)}`;
    case 'equivalent':
      if (interval?.low === 0 && interval.high === 0) return `${metric}: the same in every run`;
      return `${metric}: no difference that matters (${spread(comparison, names)})`;
    case 'no-difference-found':
      if (interval === null) return `${metric}: no difference found (one run: nothing says what is chance)`;
      return `${metric}: no difference found (${spread(comparison, names)})`;
    case 'open':
      return `${metric}: not decided yet${relative === null && difference === 0 ? '' : ` (${spread(comparison, names)})`}`;
  }
}

function size({ relative, interval, difference, confidence }: Comparison, { unit }: VerdictNames): string {
  const level = confidenceText(confidence);
  if (relative === null) {
    const amount = number(Math.abs(difference), interval!);
    const [near, far] = magnitudes(interval!);
    return `${amount}${suffix(unit)} ${difference < 0 ? 'lower' : 'higher'} (${level} ${number(near, interval!)} to ${number(far, interval!)})`;
  }
  if (relative.change >= TIMES_FROM) {
    const times = shifted(relative, 1);
    return `${number(times.change, times)} times as high (${level} ${number(times.low, times)} to ${number(times.high, times)})`;
  }
  const percent = scaled(relative, 100);
  const [near, far] = magnitudes(percent);
  return `${number(Math.abs(percent.change), percent)}% ${relative.change < 0 ? 'lower' : 'higher'} (${level} ${number(near, percent)} to ${number(far, percent)}%)`;
}

/** An interval on both sides of no change. */
function spread({ relative, interval, confidence }: Comparison, { unit }: VerdictNames): string {
  const level = confidenceText(confidence);
  if (relative === null)
    return interval === null
      ? 'one run'
      : `${level} ${signed(interval.low, interval)} to ${signed(interval.high, interval)}${suffix(unit)}`;
  const percent = scaled(relative, 100);
  return `${level} ${signed(percent.low, percent)} to ${signed(percent.high, percent)}%`;
}

const suffix = (unit: string | undefined): string => (unit === undefined || unit === '' ? '' : ` ${unit}`);

const scaled = ({ change, low, high }: RelativeChange, by: number): RelativeChange => ({
  change: by * change,
  low: by * low,
  high: by * high,
});

const shifted = ({ change, low, high }: RelativeChange, by: number): RelativeChange => ({
  change: change + by,
  low: low + by,
  high: high + by,
});

/** The bounds of an interval on one side of zero without their sign, the smaller first. */
function magnitudes({ low, high }: Interval): [number, number] {
  const sizes = [Math.abs(low), Math.abs(high)] as const;
  return sizes[0] < sizes[1] ? [sizes[0], sizes[1]] : [sizes[1], sizes[0]];
}

/** 0.95 is "95% CI", 0.99643 "99.6% CI": as many digits as tell it from 100%. */
function confidenceText(confidence: number): string {
  const rest = 100 * (1 - confidence);
  let decimals = 0;
  while (decimals < 6 && Math.abs(Number(rest.toFixed(decimals)) - rest) > 0.1 * rest) decimals++;
  return `${Number((100 * confidence).toFixed(decimals))}% CI`;
}

const signed = (value: number, interval: Interval): string =>
  `${value > 0 ? '+' : ''}${number(value, interval)}`;

/**
 * As many decimals as the interval's width is worth, and enough that a bound which is not zero is not shown as such:
 * an interval that leaves zero out must be seen to.
 */
function number(value: number, { low, high }: Interval): string {
  if (low === high) return String(Number(value.toPrecision(4)));
  let decimals = 0;
  let step = 5;
  const width = high - low;
  while (decimals < 9 && (width < step || isHidden(low, decimals) || isHidden(high, decimals))) {
    decimals++;
    step /= 10;
  }
  return String(Number(value.toFixed(decimals)));
}

const isHidden = (value: number, decimals: number): boolean =>
  value !== 0 && Number(value.toFixed(decimals)) === 0;
