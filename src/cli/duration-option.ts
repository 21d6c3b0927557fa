/** A duration from the command line. Commands read it when they run: units are part of the engine, which help does without. */
import { parseDurationS } from '../units/quantity.js';
import { CommandError } from './command-error.js';

/** Timers hold 31 bits of milliseconds. */
const TIMER_S_MAX = 24 * 86_400;

/** Seconds; throws `CommandError`. */
export function durationOption(option: string, text: string, minS = 0): number {
  const lengthS = parseDurationS(text);
  if (lengthS === undefined || !(lengthS >= minS && lengthS <= TIMER_S_MAX))
    throw new CommandError(
      `${option} ${text}: expected a duration from ${minS}s to 24 days, for example 30s or 10m`,
    );
  return lengthS;
}
