import { describe, expect, it } from 'vitest';
import {
  count,
  durationOrInfinityS,
  durationS,
  fraction,
  positive,
  positiveDurationS,
  rateHz,
  usdPerHour,
} from '../../src/units/schema.js';

const messageOf = (
  schema: { safeParse(value: unknown): { error?: { issues: { message: string }[] } } },
  value: unknown,
) => schema.safeParse(value).error?.issues[0]?.message;

describe('a quantity in a scenario', () => {
  it('is a number in the base unit or text with a unit', () => {
    expect(durationS().parse(8)).toBe(8);
    expect(durationS().parse('2 min')).toBe(120);
    expect(usdPerHour().parse('$2.50/h')).toBe(2.5);
  });

  it('says what was expected, with an example', () => {
    expect(messageOf(durationS(), 'soon')).toBe('expected a duration, for example 8s');
    expect(messageOf(rateHz(), [])).toBe('expected a rate, for example 5/s');
    expect(messageOf(positive(), -1)).toBe('expected a number above 0');
  });

  it('keeps its bounds', () => {
    expect(messageOf(durationS(), '-1s')).toBe('expected a duration of at least 0, got -1s');
    expect(messageOf(positiveDurationS(), 0)).toBe('expected a duration of more than 0, got 0');
    expect(messageOf(fraction(), '120%')).toBe('expected a fraction of at least 0 and at most 1, got 120%');
    expect(count(2).safeParse(1).success).toBe(false);
    expect(count().safeParse(1.5).success).toBe(false);
    expect(messageOf(count().max(8), 9)).toBe('expected a whole number of at most 8');
  });

  it('is finite unless infinity makes sense', () => {
    expect(messageOf(durationS(), 'inf')).toBe('expected a finite duration');
    expect(durationOrInfinityS().parse('inf')).toBe(Number.POSITIVE_INFINITY);
    expect(messageOf(durationS(), Number.NaN)).toBe('expected a duration, for example 8s');
  });
});
