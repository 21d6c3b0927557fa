/** Relative changes as people read them: `−34% [−37, −30]`, with as many decimals as the interval is worth. */
import type { Estimate } from '../experiment/document.js';
import { NO_VALUE } from './format.js';

export interface ChangeText {
  /** `−34%`. */
  readonly mean: string;
  /** `[−37, −30]%`, or empty where there is no interval or it is a point. */
  readonly interval: string;
}

const DECIMALS_MAX = 3;
/** An interval that is narrower in proportion is none: nothing varies but the last digits. */
const POINT = 1e-5;
/** From so much on (eleven times), times read better than percentages. */
const TIMES_FROM = 10;

/** @param relative a share of what it is held against: 0.1 is a tenth more */
export function changeText({ mean, ci_low, ci_high }: Estimate): ChangeText {
  if (!Number.isFinite(mean)) return { mean: NO_VALUE, interval: '' };
  const inTimes = mean >= TIMES_FROM;
  const shown = (value: number): number => (inTimes ? value + 1 : 100 * value);
  const unit = inTimes ? '×' : '%';
  if (ci_low === null || ci_high === null || ci_high - ci_low <= POINT * Math.abs(mean))
    return { mean: `${text(shown(mean), decimalsOf(shown(mean) / 10), inTimes)}${unit}`, interval: '' };
  const [low, high] = [shown(ci_low), shown(ci_high)];
  const decimals = Math.max(decimalsOf((high - low) / 2), decimalsToSee(low), decimalsToSee(high));
  const parts = [low, high].map((value) => text(value, decimals, inTimes));
  return { mean: `${text(shown(mean), decimals, inTimes)}${unit}`, interval: `[${parts.join(', ')}]${unit}` };
}

/** Decimals that show the first digit of a half-width. */
function decimalsOf(half: number): number {
  let decimals = 0;
  for (let size = Math.abs(half); size > 0 && size < 1 && decimals < DECIMALS_MAX; size *= 10) decimals++;
  return decimals;
}

/** A bound that is not zero must not be shown as such: it says on which side of no change it lies. */
function decimalsToSee(value: number): number {
  let decimals = 0;
  while (value !== 0 && decimals < DECIMALS_MAX && Number(value.toFixed(decimals)) === 0) decimals++;
  return decimals;
}

function text(value: number, decimals: number, inTimes: boolean): string {
  const digits = Math.abs(value).toFixed(decimals);
  if (Number(digits) === 0) return digits;
  return `${value < 0 ? '−' : inTimes ? '' : '+'}${digits}`;
}
