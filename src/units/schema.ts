/**
 * Schema pieces for quantities: each accepts a number in base units or text with a unit and yields a number.
 * Every parameter of every policy, distribution and scenario field with a unit is made of these.
 */
import { z } from 'zod';
import {
  parseBytes,
  parseBytesPerS,
  parseDurationS,
  parseFraction,
  parseRateHz,
  parseUsdPerHour,
} from './quantity.js';

/** Larger than anything real in any unit; sums and products of what is below stay finite. */
export const QUANTITY_MAX = 1e30;

interface Bounds {
  readonly min?: number;
  /** The minimum itself is not allowed. */
  readonly aboveMin?: boolean;
  readonly max?: number;
  /** Whether infinity (`inf`) makes sense here. */
  readonly infinite?: boolean;
}

function quantity(
  what: string,
  example: string,
  unit: string,
  parse: (text: string) => number | undefined,
  bounds: Bounds,
) {
  const min = bounds.min ?? 0;
  const limits = [
    bounds.aboveMin ? `more than ${min}` : `at least ${min}`,
    ...(bounds.max === undefined ? [] : [`at most ${bounds.max}`]),
  ].join(' and ');
  return z
    .union([z.number(), z.string()], { error: `expected ${what}, for example ${example}` })
    .transform((value, context): number => {
      const number = typeof value === 'number' ? value : parse(value);
      const wrong = (message: string): never => {
        context.addIssue({ code: 'custom', message, input: value });
        return z.NEVER;
      };
      if (number === undefined || Number.isNaN(number))
        return wrong(`expected ${what}, for example ${example}`);
      if (!bounds.infinite && !Number.isFinite(number))
        return wrong(`expected a finite ${what.replace(/^an? /, '')}`);
      const tooSmall = bounds.aboveMin ? number <= min : number < min;
      if (tooSmall || number > (bounds.max ?? Number.POSITIVE_INFINITY))
        return wrong(`expected ${what} of ${limits}, got ${String(value)}`);
      if (number > QUANTITY_MAX && number < Number.POSITIVE_INFINITY)
        return wrong(`expected ${what} of at most ${QUANTITY_MAX}, got ${String(value)}`);
      return number;
    })
    .meta({ unit, example });
}

/** A duration in seconds, 0 allowed. */
export const durationS = () => quantity('a duration', '8s', 's', parseDurationS, {});
/** A duration in seconds above 0. */
export const positiveDurationS = () => quantity('a duration', '8s', 's', parseDurationS, { aboveMin: true });
/** The time between two rounds of something periodic: much less than this, and a run has no end. */
export const periodS = () => quantity('a duration', '8s', 's', parseDurationS, { min: 0.001 });
/** A duration in seconds, `inf` allowed. */
export const durationOrInfinityS = () =>
  quantity('a duration', '8s', 's', parseDurationS, { infinite: true });
/** A rate in hertz above 0. */
export const rateHz = () => quantity('a rate', '5/s', 'Hz', parseRateHz, { aboveMin: true });
/** A rate in hertz, 0 allowed. */
export const rateOrZeroHz = () => quantity('a rate', '5/s', 'Hz', parseRateHz, {});
/** A fraction between 0 and 1 inclusive; `5%` is understood. */
export const fraction = () => quantity('a fraction', '5%', 'fraction', parseFraction, { max: 1 });
/** A size in bytes above 0. */
export const sizeBytes = () => quantity('a size', '80GB', 'B', parseBytes, { aboveMin: true });
/** A bandwidth in bytes per second above 0. */
export const bytesPerS = () => quantity('a bandwidth', '64GB/s', 'B/s', parseBytesPerS, { aboveMin: true });
/** US dollars per hour, 0 allowed. */
export const usdPerHour = () => quantity('a price per hour', '$2.50/h', 'USD/h', parseUsdPerHour, {});
/** An integer of at least `min`. */
export const count = (min = 1) =>
  z
    .int({
      error: (issue) =>
        issue.code === 'too_big'
          ? `expected a whole number of at most ${issue.maximum}`
          : `expected a whole number of at least ${min}`,
    })
    .min(min);
/** A plain number above 0. */
export const positive = () =>
  z
    .number({ error: 'expected a number' })
    .positive({ error: 'expected a number above 0' })
    .max(QUANTITY_MAX, { error: `expected a number of at most ${QUANTITY_MAX}` });
