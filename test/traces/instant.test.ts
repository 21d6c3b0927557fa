import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBefore, parseInstant, secondsBetween } from '../../src/traces/instant.js';

const datetime = (text: string) => parseInstant(text, 'datetime');

describe('parseInstant', () => {
  test('keeps the 100 ns digits of a cloud trace, which a float of seconds since 1970 cannot', () => {
    // 1,700,158,546 s is 2023-11-16 18:15:46 UTC: `date -u -d '2023-11-16 18:15:46' +%s`.
    expect(datetime('2023-11-16 18:15:46.6805900')).toEqual({ wholeS: 1_700_158_546, nanos: 680_590_000 });
    expect(datetime('2023-11-16 18:15:46.6805901')).toEqual({ wholeS: 1_700_158_546, nanos: 680_590_100 });
    expect(parseInstant('1700158546.6805901', 's')).toEqual({ wholeS: 1_700_158_546, nanos: 680_590_100 });
  });

  test.each([
    '2017-10-09 06:13:03',
    '2017-10-09T06:13:03',
    '2017-10-09T06:13:03Z',
    '2017-10-09T06:13:03.000z',
    '2017-10-09 06:13:03 UTC',
    '2017-10-09 08:13:03+02:00',
    '2017-10-09 08:13:03 +0200',
    '2017-10-08T23:13:03-07',
    '2017-10-09 06:13:03,0',
  ])('%s is 1,507,529,583 s after 1970', (text) => {
    expect(datetime(text)).toEqual({ wholeS: 1_507_529_583, nanos: 0 });
  });

  test('a date alone is its midnight, a time without seconds its full minute', () => {
    expect(datetime('1970-01-02')).toEqual({ wholeS: 86_400, nanos: 0 });
    expect(datetime('1970-01-01 01:01')).toEqual({ wholeS: 3660, nanos: 0 });
  });

  test('times before 1970 count backwards, the fraction still forwards', () => {
    expect(datetime('1969-12-31 23:59:59.25')).toEqual({ wholeS: -1, nanos: 250_000_000 });
  });

  test('any second of the calendar is the one that Date says', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_000_000_000, max: 250_000_000_000 }), (wholeS) => {
        const text = new Date(wholeS * 1000).toISOString();
        expect(datetime(text)).toEqual({ wholeS, nanos: 0 });
      }),
    );
  });

  test.each([
    '',
    'yesterday',
    '2017-13-01',
    '2017-02-29 00:00:00',
    '2017-04-31',
    '2017-10-09 24:00:00',
    '2017-10-09 06:60:00',
    '2017-10-09 06:13:61',
    '2017-10-09 06:13:03+25:00',
    '09/10/2017 06:13',
    '1507529583',
  ])("'%s' is no date", (text) => {
    expect(datetime(text)).toBeUndefined();
  });

  test('29 February exists in 2016 and 2000, not in 1900', () => {
    expect(datetime('2016-02-29')).toBeDefined();
    expect(datetime('2000-02-29')).toBeDefined();
    expect(datetime('1900-02-29')).toBeUndefined();
  });

  test.each([
    ['1507529583123', 'ms', 1_507_529_583, 123_000_000],
    ['1507529583123.4567891', 'ms', 1_507_529_583, 123_456_789],
    ['1507529583123456', 'us', 1_507_529_583, 123_456_000],
    ['1507529583123456789', 'ns', 1_507_529_583, 123_456_789],
    ['7', 'ns', 0, 7],
    ['0.1', 's', 0, 100_000_000],
    ['5.', 's', 5, 0],
    ['1e3', 'ms', 1, 0],
    ['1e-7', 's', 0, 100],
    ['1.5', 'min', 90, 0],
    ['2', 'h', 7200, 0],
  ] as const)('%s %s is %d s and %d ns', (text, unit, wholeS, nanos) => {
    expect(parseInstant(text, unit)).toEqual({ wholeS, nanos });
  });

  test.each(['', '-1', 'NaN', 'Infinity', '1 000', 'abc', '99999999999999999999'])(
    "'%s' is no number of seconds",
    (text) => {
      expect(parseInstant(text, 's')).toBeUndefined();
    },
  );
});

describe('secondsBetween', () => {
  test('is the nearest float to the decimal distance', () => {
    // The first two requests of the Azure conversation trace.
    const [a, b] = [datetime('2023-11-16 18:15:46.6805900')!, datetime('2023-11-16 18:15:50.9951690')!];
    expect(secondsBetween(a.wholeS, a.nanos, b.wholeS, b.nanos)).toBe(4.314579);
  });

  test('never puts a later time before an earlier one, also beyond the 104 days that are exact', () => {
    const instant = fc.record({
      wholeS: fc.integer({ min: 9_007_199, max: 9_007_201 }),
      nanos: fc.integer({ min: 0, max: 999_999_999 }),
    });
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        const [early, late] = isBefore(a, b) ? [a, b] : [b, a];
        expect(secondsBetween(0, 0, early.wholeS, early.nanos)).toBeLessThanOrEqual(
          secondsBetween(0, 0, late.wholeS, late.nanos),
        );
      }),
    );
  });
});
