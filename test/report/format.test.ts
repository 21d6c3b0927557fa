import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../src/experiment/document.js';
import {
  estimateText,
  formatCount,
  formatDuration,
  formatEstimate,
  formatFraction,
  formatPlusMinus,
  formatRate,
  formatUsd,
  formatValue,
} from '../../src/report/format.js';

const estimate = (mean: number, half: number): Estimate => ({
  mean,
  ci_low: mean - half,
  ci_high: mean + half,
});
const alone = (mean: number): Estimate => ({ mean, ci_low: null, ci_high: null });

describe('one number', () => {
  it.each([
    [0, '0 s'],
    [0.000_25, '250 µs'],
    [0.85, '850 ms'],
    [0.9999, '1 s'],
    [12.34, '12.3 s'],
    [90, '90 s'],
    [252, '4.2 min'],
    [11_160, '3.1 h'],
    [259_200, '3 d'],
  ])('%d seconds is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('a count has thousands separators and, if an average, three digits', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatCount(7.286)).toBe('7.29');
    expect(formatCount(0.0168)).toBe('0.0168');
  });

  it('a difference of two shares is in percentage points', () => {
    expect(formatValue('points', -0.0125)).toBe('-1.25 pp');
    expect(formatPlusMinus('points', estimate(0.25, 0.03))).toBe('25.0 ± 3.0 pp');
  });

  it('a share that is not all or nothing never reads 100% or 0%', () => {
    expect(formatFraction(1)).toBe('100%');
    expect(formatFraction(0)).toBe('0%');
    expect(formatFraction(0.125)).toBe('12.5%');
    expect(formatFraction(0.9996)).toBe('99.96%');
    expect(formatFraction(0.999_96)).toBe('>99.99%');
    expect(formatFraction(0.000_01)).toBe('<0.01%');
  });

  it('money has cents from a dollar, none from a thousand, and three digits below', () => {
    expect(formatUsd(0)).toBe('$0.00');
    expect(formatUsd(12.5)).toBe('$12.50');
    expect(formatUsd(12_345.6)).toBe('$12,346');
    expect(formatUsd(0.004_016)).toBe('$0.00402');
    expect(formatUsd(-3)).toBe('-$3.00');
  });

  it('a rate is per second, minute, hour or day, whichever is at least 1', () => {
    expect(formatRate(5)).toBe('5/s');
    expect(formatRate(0.5)).toBe('30/min');
    expect(formatRate(1 / 360)).toBe('10/h');
    expect(formatRate(1 / 43_200)).toBe('2/d');
  });

  it('what is not a number is a dash', () => {
    expect(formatValue('duration', Number.NaN)).toBe('–');
    expect(formatValue('usd', Number.POSITIVE_INFINITY)).toBe('–');
  });

  it('a rounded-away negative has no sign', () => {
    expect(formatEstimate('count', { mean: 1, ci_low: -0.001, ci_high: 2.001 })).toBe('1.00 [0.00, 2.00]');
  });
});

describe('an estimate', () => {
  it('shares the unit and the decimals with its interval', () => {
    expect(formatEstimate('duration', estimate(12.3, 0.4))).toBe('12.3 [11.9, 12.7] s');
    expect(formatEstimate('duration', estimate(0.98, 0.1))).toBe('980 [880, 1,080] ms');
    expect(formatEstimate('fraction', estimate(0.47, 0.013))).toBe('47.0 [45.7, 48.3] %');
    expect(formatEstimate('usd', estimate(31.04, 2.4))).toBe('$31.04 [28.64, 33.44]');
    expect(formatEstimate('count', estimate(1234, 34))).toBe('1,234 [1,200, 1,268]');
  });

  it('shows more decimals when the interval is narrower than its last digit', () => {
    expect(formatEstimate('duration', estimate(12.34, 0.02))).toBe('12.34 [12.32, 12.36] s');
  });

  it('has the sign of a negative sum before the dollar', () => {
    expect(formatEstimate('usd', estimate(-31.04, 2.4))).toBe('-$31.04 [-33.44, -28.64]');
  });

  it('says half of the interval after ±', () => {
    expect(formatPlusMinus('duration', estimate(12.3, 0.4))).toBe('12.3 ± 0.4 s');
    expect(formatPlusMinus('rate', estimate(4, 0.5))).toBe('4.00 ± 0.50 /s');
  });

  it('stands alone where there is one replication or nothing varies', () => {
    expect(formatEstimate('duration', alone(12.34))).toBe('12.3 s');
    expect(formatPlusMinus('fraction', alone(0.472))).toBe('47.2%');
    expect(formatEstimate('count', estimate(16, 0))).toBe('16');
    expect(formatEstimate('usd', { mean: 79.68, ci_low: 79.68 - 1e-13, ci_high: 79.68 + 1e-13 })).toBe(
      '$79.68',
    );
  });

  it('does not reach where no measure can be: below zero, or above all', () => {
    expect(formatEstimate('duration', estimate(9, 12))).toBe('9.00 [0.00, 21.00] s');
    expect(formatEstimate('fraction', estimate(0.9, 0.2))).toBe('90.0 [70.0, 100.0] %');
    expect(formatEstimate('fraction', estimate(0.05, 0.1))).toBe('5.00 [0.00, 15.00] %');
  });

  it('of a difference may reach below zero', () => {
    expect(estimateText('duration', estimate(1, 2), { difference: true }).interval).toBe('[-1.00, 3.00]');
    expect(formatEstimate('points', estimate(0.01, 0.03))).toBe('1.00 [-2.00, 4.00] pp');
    expect(formatEstimate('duration', estimate(-1, 2))).toBe('-1.00 [-3.00, 1.00] s');
  });

  it('of a small share is read to a hundredth of a percent', () => {
    expect(formatPlusMinus('fraction', estimate(0.000_889, 0.001_154))).toBe('0.09 ± 0.12 %');
    expect(formatEstimate('fraction', estimate(0.000_02, 0.000_3))).toBe('<0.01 [0.00, 0.03] %');
    expect(formatEstimate('fraction', estimate(0.999_98, 0.000_3))).toBe('>99.99 [99.97, 100.00] %');
  });

  it('has no interval where both ends read the same', () => {
    expect(formatEstimate('ratio', estimate(0.999_999, 0.000_000_4))).toBe('1.0000');
  });

  it('of money spent is to the cent, and of a price to three digits', () => {
    expect(formatEstimate('usd-sum', alone(0.0011))).toBe('<$0.01');
    expect(formatEstimate('usd-sum', estimate(0.0011, 0.001))).toBe('<$0.01');
    expect(formatEstimate('usd-sum', estimate(0.42, 0.05))).toBe('$0.42 [0.37, 0.47]');
    expect(formatEstimate('usd-sum', alone(12_345.6))).toBe('$12,346');
    expect(formatEstimate('usd', alone(0.0011))).toBe('$0.0011');
  });

  it('has the sign of negative money before the dollar', () => {
    expect(formatEstimate('usd', alone(-3))).toBe('-$3.00');
  });
});
