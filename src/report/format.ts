/**
 * Numbers as people read them: `850 ms`, `12.3 s`, `4.2 min`, `1,234`, `12.5%`, `$0.042`, `30/min`, and estimates
 * with their interval. The unit is chosen per value, the interval shares the unit and the decimals of its mean.
 * English notation always, so that the same result gives the same text everywhere.
 */
import type { Estimate } from '../experiment/document.js';

/** `points` are percentage points: a difference of two fractions. `usd-sum` is money spent, to the cent; `usd` may be a price. */
export type Quantity =
  | 'duration'
  | 'count'
  | 'fraction'
  | 'points'
  | 'usd'
  | 'usd-sum'
  | 'rate'
  | 'hours'
  | 'ratio'
  | 'bytes';

export interface Unit {
  /** How many base units (seconds, hertz, 1) one of this unit is. */
  readonly size: number;
  readonly prefix: string;
  readonly suffix: string;
}

const unit = (size: number, suffix: string, prefix = ''): Unit => ({ size, prefix, suffix });

/** Each unit serves values from the bound beside it upwards; 90 s reads better than 1.5 min, hence 120. */
const DURATION_UNITS: readonly (readonly [number, Unit])[] = [
  [172_800, unit(86_400, ' d')],
  [7200, unit(3600, ' h')],
  [120, unit(60, ' min')],
  [0.9995, unit(1, ' s')],
  [0.9995e-3, unit(1e-3, ' ms')],
  [0, unit(1e-6, ' µs')],
];

const RATE_UNITS: readonly (readonly [number, Unit])[] = [
  [1, unit(1, '/s')],
  [1 / 60, unit(1 / 60, '/min')],
  [1 / 3600, unit(1 / 3600, '/h')],
  [0, unit(1 / 86_400, '/d')],
];

const BYTE_UNITS: readonly (readonly [number, Unit])[] = [
  [0.9995e15, unit(1e15, ' PB')],
  [0.9995e12, unit(1e12, ' TB')],
  [0.9995e9, unit(1e9, ' GB')],
  [0.9995e6, unit(1e6, ' MB')],
  [0.9995e3, unit(1e3, ' kB')],
  [0, unit(1, ' B')],
];

/** What stands where there is no number: nothing completed, for example. */
export const NO_VALUE = '–';

const pick = (units: readonly (readonly [number, Unit])[], magnitude: number, zero: Unit): Unit =>
  magnitude === 0 ? zero : (units.find(([from]) => magnitude >= from)?.[1] ?? zero);

/** The unit in which a value of this size is read. */
export function unitFor(quantity: Quantity, value: number): Unit {
  const magnitude = Math.abs(value);
  switch (quantity) {
    case 'duration':
      return pick(DURATION_UNITS, magnitude, unit(1, ' s'));
    case 'rate':
      return pick(RATE_UNITS, magnitude, unit(1, '/s'));
    case 'bytes':
      return pick(BYTE_UNITS, magnitude, unit(1, ' B'));
    case 'fraction':
      return unit(0.01, '%');
    case 'points':
      return unit(0.01, ' pp');
    case 'usd':
    case 'usd-sum':
      return unit(1, '', '$');
    case 'hours':
      return unit(1, ' h');
    case 'count':
    case 'ratio':
      return unit(1, '');
  }
}

/** Decimals that show `significant` digits of a number. */
function decimalsOf(value: number, significant: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  return Math.min(8, Math.max(0, significant - 1 - exponent));
}

const number = (value: number, minimumFractionDigits: number, maximumFractionDigits: number): string => {
  const text = new Intl.NumberFormat('en-US', { minimumFractionDigits, maximumFractionDigits }).format(value);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
};

const signed = (text: string, at: Unit): string =>
  text.startsWith('-') ? `-${at.prefix}${text.slice(1)}${at.suffix}` : `${at.prefix}${text}${at.suffix}`;

/** Money from a dollar up has cents, until they no longer matter. */
const usdDecimals = (value: number): number =>
  Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 1 || value === 0 ? 2 : decimalsOf(value, 3);

/** A sum has cents only; a price below a dollar has three digits. */
const sumDecimals = (value: number): number => (Math.abs(value) >= 1000 ? 0 : 2);
const isTinySum = (quantity: Quantity, value: number): boolean =>
  quantity === 'usd-sum' && value > 0 && value < 0.005;

export const formatDuration = (seconds: number): string => formatValue('duration', seconds);
export const formatCount = (value: number): string => formatValue('count', value);
export const formatFraction = (fraction: number): string => formatValue('fraction', fraction);
export const formatUsd = (usd: number): string => formatValue('usd', usd);
export const formatUsdSum = (usd: number): string => formatValue('usd-sum', usd);
export const formatRate = (hz: number): string => formatValue('rate', hz);

/** Of a test; null where there is none. */
export const formatProbability = (p: number | null): string =>
  p === null ? NO_VALUE : p < 0.001 ? '<0.001' : String(Number(p.toFixed(3)));

/** One number with its unit, to three digits; whole counts in full. */
export function formatValue(quantity: Quantity, value: number): string {
  if (!Number.isFinite(value)) return NO_VALUE;
  const at = unitFor(quantity, value);
  const scaled = value / at.size;
  if (isTinySum(quantity, value)) return '<$0.01';
  if (quantity === 'usd-sum') return signed(number(scaled, sumDecimals(scaled), sumDecimals(scaled)), at);
  if (quantity === 'usd')
    return signed(number(scaled, usdDecimals(scaled) === 2 ? 2 : 0, usdDecimals(scaled)), at);
  if (quantity === 'fraction') return formatPercent(scaled);
  return signed(number(scaled, 0, decimalsOf(scaled, 3)), at);
}

/** Never rounds a share that is not 0 or 100 to one that is: 99.96% and below 0.01% say something. */
function formatPercent(percent: number): string {
  if (percent > 0 && percent < 0.01) return '<0.01%';
  if (percent > 99.99 && percent < 100) return '>99.99%';
  const decimals = percent > 99 && percent < 100 ? 2 : Math.min(2, decimalsOf(percent, 3));
  return `${number(percent, 0, decimals)}%`;
}

/** The same beside an interval, where the percentage is already text with two decimals. */
function honestPercent(percent: number, text: string): string {
  if (percent > 0 && text === '0.00') return '<0.01';
  return percent < 100 && text === '100.00' ? '>99.99' : text;
}

/** The pieces of `12.3 [11.9, 12.7] s`, for a page that sets them in different type. */
export interface EstimateText {
  readonly prefix: string;
  readonly mean: string;
  /** `[11.9, 12.7]`, or empty for one replication and for what is the same in all. */
  readonly interval: string;
  /** The number after `±`, or empty like the interval. */
  readonly halfWidth: string;
  readonly suffix: string;
}

/** What never varies (the price of a fixed fleet) needs no interval; sums may differ in the last digits. */
const isConstant = (mean: number, width: number): boolean => width <= Math.abs(mean) * 1e-9;

/** Decimals of a mean, before a narrow interval asks for more. */
function meanDecimals(quantity: Quantity, scaled: number): number {
  if (quantity === 'usd') return usdDecimals(scaled);
  if (quantity === 'usd-sum') return sumDecimals(scaled);
  const decimals = decimalsOf(scaled, 3);
  return quantity === 'fraction' ? Math.min(2, decimals) : decimals;
}

/** Small shares and sums are read to a fixed place, however narrow their interval. */
const decimalsMax = (quantity: Quantity, wanted: number): number =>
  quantity === 'usd-sum' ? wanted : quantity === 'fraction' ? 2 : quantity === 'ratio' ? 4 : wanted + 2;

/** What cannot be: nothing measured is negative, and no share above one. A difference may be both. */
function possible(quantity: Quantity, { mean, ci_low, ci_high }: Estimate): Estimate {
  if (ci_low === null || ci_high === null || mean < 0 || quantity === 'points')
    return { mean, ci_low, ci_high };
  return {
    mean,
    ci_low: Math.max(0, ci_low),
    ci_high: quantity === 'fraction' && mean <= 1 ? Math.min(1, ci_high) : ci_high,
  };
}

export interface EstimateOptions {
  /** The estimate is a difference: its interval may reach below zero. */
  readonly difference?: boolean;
}

/** Mean and interval in one unit, with enough decimals that a narrow interval is still seen. */
export function estimateText(
  quantity: Quantity,
  estimate: Estimate,
  { difference = false }: EstimateOptions = {},
): EstimateText {
  const { mean, ci_low: low, ci_high: high } = estimate;
  if (!Number.isFinite(mean)) return { prefix: '', mean: NO_VALUE, interval: '', halfWidth: '', suffix: '' };
  const at = unitFor(quantity, mean);
  // After a bracket every unit stands apart: `47.0 [45.7, 48.3] %`.
  const suffix = at.suffix === '' ? '' : ` ${at.suffix.trim()}`;
  const scaled = mean / at.size;
  if (low === null || high === null || !Number.isFinite(high - low) || isConstant(mean, high - low)) {
    const alone = formatValue(quantity, mean);
    const text = alone.slice(0, alone.length - at.suffix.length);
    return { prefix: '', mean: text, interval: '', halfWidth: '', suffix: at.suffix };
  }
  // Of an interval that is not symmetric the wider half: a quantile's reaches further up than down.
  const half = Math.max(high - mean, mean - low) / at.size;
  const wanted = meanDecimals(quantity, scaled);
  const narrow = decimalsOf(half, 1);
  const decimals = Math.min(Math.max(wanted, narrow), decimalsMax(quantity, wanted));
  const shown = difference ? estimate : possible(quantity, estimate);
  const show = (value: number): string => number(value, decimals, decimals);
  const from = show(shown.ci_low! / at.size);
  const to = show(shown.ci_high! / at.size);
  const read = quantity === 'fraction' ? honestPercent(scaled, show(scaled)) : show(scaled);
  // The sign stands before the dollar: `-$0.06`.
  const isNegative = at.prefix !== '' && read.startsWith('-');
  const prefix = isNegative ? `-${at.prefix}` : at.prefix;
  const digits = isNegative ? read.slice(1) : read;
  if (from === to) {
    const alone = isTinySum(quantity, mean) ? { prefix: '', mean: formatValue(quantity, mean) } : null;
    return { prefix, mean: digits, ...alone, interval: '', halfWidth: '', suffix: at.suffix };
  }
  return {
    prefix,
    mean: digits,
    interval: `[${from}, ${to}]`,
    halfWidth: show(half),
    suffix,
  };
}

/** `12.3 [11.9, 12.7] s`; the mean alone for one replication. */
export function formatEstimate(quantity: Quantity, estimate: Estimate): string {
  const { prefix, mean, interval, suffix } = estimateText(quantity, estimate);
  return interval === '' ? `${prefix}${mean}${suffix}` : `${prefix}${mean} ${interval}${suffix}`;
}

/** From so many times the other half, one number for both would mislead. */
const SKEWED = 1.5;

function isSkewed({ mean, ci_low: low, ci_high: high }: Estimate): boolean {
  if (low === null || high === null) return false;
  const halves = [mean - low, high - mean] as const;
  return Math.max(...halves) > SKEWED * Math.min(...halves);
}

/** `12.3 ± 0.4 s`, or `12.3 [11.9, 14.7] s` where the halves differ much; the mean alone for one replication. */
export function formatPlusMinus(quantity: Quantity, estimate: Estimate): string {
  if (isSkewed(estimate)) return formatEstimate(quantity, estimate);
  const { prefix, mean, halfWidth, suffix } = estimateText(quantity, estimate);
  return halfWidth === '' ? `${prefix}${mean}${suffix}` : `${prefix}${mean} ± ${halfWidth}${suffix}`;
}
