/**
 * Points in time as traces write them, kept as whole seconds and nanoseconds. One float64 of seconds since 1970
 * resolves only 240 ns, coarser than the 100 ns ticks of cloud traces, so the text is read digit by digit and
 * times become floats only after the trace's beginning has been taken off. Digits below 1 ns are dropped.
 */
import type { InstantUnit } from '../scenario/trace-schema.js';

export interface Instant {
  /** Whole seconds since the column's zero (1970-01-01 UTC for dates), rounded down. */
  readonly wholeS: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

/** Digits between the unit and the second, for the units that are powers of ten. */
const DECIMALS: Readonly<Partial<Record<InstantUnit, number>>> = { s: 0, ms: 3, us: 6, ns: 9 };
const DECIMAL = /^\+?(\d+)(?:\.(\d*))?$/;
const DATETIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MAX_EXACT_NANOS = Number.MAX_SAFE_INTEGER;

/** What the text of an arrival should look like, for messages. */
export function describeInstant(unit: InstantUnit): string {
  return unit === 'datetime'
    ? 'a date and time such as 2017-10-09 06:13:03 (ISO 8601)'
    : `a number of at least 0 (in ${unit})`;
}

/** Reads a time in the given unit; `undefined` when the text is not one, is negative or is not finite. */
export function parseInstant(text: string, unit: InstantUnit): Instant | undefined {
  if (unit === 'datetime') return parseDatetime(text);
  const digits = DECIMALS[unit] === undefined ? null : DECIMAL.exec(text);
  return digits === null
    ? parseApproximately(text, unit)
    : shiftDecimals(digits[1]!, digits[2] ?? '', DECIMALS[unit]!);
}

/** Seconds from `start` to `end`, correctly rounded where the distance in nanoseconds is exact (104 days). */
export function secondsBetween(startS: number, startNanos: number, endS: number, endNanos: number): number {
  const wholeS = endS - startS;
  const nanos = endNanos - startNanos;
  const allNanos = wholeS * 1e9 + nanos;
  return Math.abs(allNanos) <= MAX_EXACT_NANOS ? allNanos / 1e9 : wholeS + nanos / 1e9;
}

export function isBefore(a: Instant, b: Instant): boolean {
  return a.wholeS < b.wholeS || (a.wholeS === b.wholeS && a.nanos < b.nanos);
}

/** `1507529583123.4` ms is the digits `1507529583` and `1234`: moves the decimal point, never rounds. */
function shiftDecimals(whole: string, fraction: string, places: number): Instant | undefined {
  const padded = whole.padStart(places + 1, '0');
  const wholeS = Number(padded.slice(0, padded.length - places));
  return Number.isSafeInteger(wholeS)
    ? { wholeS, nanos: nanosOf(padded.slice(padded.length - places) + fraction) }
    : undefined;
}

/** Digits after the decimal point of seconds. */
function nanosOf(fraction: string): number {
  return fraction === '' ? 0 : Number(fraction.slice(0, 9).padEnd(9, '0'));
}

/** Numbers with an exponent, and the units that are not powers of ten. */
function parseApproximately(text: string, unit: Exclude<InstantUnit, 'datetime'>): Instant | undefined {
  if (text === '') return undefined;
  const unitS = { s: 1, ms: 1e3, us: 1e6, ns: 1e9, min: 1 / 60, h: 1 / 3600 }[unit];
  const seconds = unitS < 1 ? Number(text) * Math.round(1 / unitS) : Number(text) / unitS;
  const wholeS = Math.floor(seconds);
  if (!(seconds >= 0 && Number.isSafeInteger(wholeS))) return undefined;
  return { wholeS, nanos: Math.min(999_999_999, Math.round((seconds - wholeS) * 1e9)) };
}

function parseDatetime(text: string): Instant | undefined {
  const match = DATETIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = ''] = match;
  const date = [Number(year), Number(month), Number(day)] as const;
  // 60 is a leap second; as in POSIX it is the first second of the next minute.
  if (!isDate(...date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const offsetS = zoneOffsetS(zone);
  if (offsetS === undefined) return undefined;
  const timeOfDayS = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return { wholeS: daysSince1970(...date) * 86_400 + timeOfDayS - offsetS, nanos: nanosOf(fraction) };
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= DAYS_IN_MONTH[month - 1]! + (month === 2 && isLeap ? 1 : 0);
}

/** Seconds east of UTC. */
function zoneOffsetS(zone: string): number | undefined {
  if (!/^[+-]/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/**
 * Days of the proleptic Gregorian calendar since 1970-01-01. Years begin in March, so the leap day comes last and
 * the months before it follow (153m + 2)/5 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
 */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
