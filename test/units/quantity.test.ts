import { describe, expect, it } from 'vitest';
import { parseDurationS, parseFraction, parseRateHz, parseUsdPerHour } from '../../src/units/quantity.js';

describe('a duration', () => {
  it.each([
    ['8s', 8],
    ['110ms', 0.11],
    ['250us', 0.00025],
    ['2 min', 120],
    ['1h30m', 5400],
    ['1h 30m 5s', 5405],
    ['1d', 86_400],
    ['2w', 1_209_600],
    ['1_000s', 1000],
    ['1e3', 1000],
    ['.5s', 0.5],
    ['inf', Number.POSITIVE_INFINITY],
  ])('%s is %d s', (text, seconds) => {
    expect(parseDurationS(text)).toBeCloseTo(seconds, 12);
  });

  it.each(['', 'soon', '8 parsecs', '5 s s', '1h30', 's8', '--5s', '1,5s'])('%j is none', (text) => {
    expect(parseDurationS(text)).toBeUndefined();
  });
});

describe('a rate', () => {
  it.each([
    ['5/s', 5],
    ['30/min', 0.5],
    ['1200 per h', 1 / 3],
    ['2 req/s', 2],
    ['1/7d', undefined],
    ['0.5', 0.5],
    ['3Hz', 3],
    ['5/', undefined],
    ['5/fortnight', undefined],
    ['fast', undefined],
  ])('%s is %s Hz', (text, hertz) => {
    const parsed = parseRateHz(text);
    if (hertz === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toBeCloseTo(hertz, 12);
  });
});

describe('a fraction', () => {
  it.each([
    ['5%', 0.05],
    ['0.05', 0.05],
    ['100 %', 1],
    ['half', undefined],
    ['5s', undefined],
  ])('%s is %s', (text, fraction) => {
    expect(parseFraction(text)).toBe(fraction);
  });
});

describe('a price', () => {
  it.each([
    ['$2.50/h', 2.5],
    ['$ 2.50 / hour', 2.5],
    ['2.5 USD', 2.5],
    ['2.5', 2.5],
    ['€2', undefined],
    ['$2/day', undefined],
  ])('%s is %s USD an hour', (text, usd) => {
    expect(parseUsdPerHour(text)).toBe(usd);
  });
});
